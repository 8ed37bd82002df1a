/** Rows where we say something else than what was observed, each with its reason. */
export const knownDisagreements: Readonly<Record<string, string>> = {
  'R9C-domain-5':
    'No devices were counted, but the interrupt of the link came in the same run, unlike in R9A: they were presumably looked for in domain 1 and are in domain 5.',
  'C0G-virtcon': 'The flags ask for what happened: the output goes to the virtual console. No error, because it is a way to use it.',
  'C0H-virtcon-active': 'As C0G: the driver permits the virtual console to every cell, so ACTIVE alone has the same effect.',
  'C14-npci0':
    'What nothing follows is merely not there: upstream ships six configs (emtrion-rzg1*) with just this slip. The guest of this row dies without the device; its config cannot tell that.',
  'C45-dup-ram':
    'A hazard was judged without a reason given. Mapping, loading and unmapping the same range twice has the effect of doing it once, so it is information.',
  'P08-A-not-passive':
    'It hangs because this guest does not answer, which its config cannot tell: one that speaks the protocol works. For Linux, which never answers, it is an error.',
};
