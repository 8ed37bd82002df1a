import type { FileRule } from '../rule.ts';

export const severalObjects: FileRule = {
  id: 'several-objects',
  title: 'More than one object in the file',
  severity: 'error',
  scope: 'file',
  catalogue: ['HDR-one-object'],
  prose: {
    meaning:
      'The config is what objcopy takes out of the object file: every initialised object, one behind the other. Only one may be there.',
    onTheBoard:
      'The other object stands before or behind the config. Before it: the driver does not find the signature and answers "Invalid argument". Behind it: the bytes are ignored (configs/Makefile, objcopy -O binary).',
    remedy: 'Remove the other object, or make it a macro or an enum constant.',
  },
  bad: '__u32 base = 0x1000;\n\nstruct { /* ... */ } __attribute__((packed)) config = { /* ... */ };',
  good: '#define BASE 0x1000\n\nstruct { /* ... */ } __attribute__((packed)) config = { /* ... */ };',
  check(config, report) {
    const shape = config.shape;
    for (const other of shape?.otherObjects ?? [])
      report({
        span: other.span,
        message: `${other.name} ends up in the .cell file beside ${shape?.objectName}, and may stand before it, where the driver looks for the signature. Remove it, or make it a macro.`,
        related: shape === undefined ? [] : [{ span: shape.objectSpan, message: `the config is ${shape.objectName}` }],
      });
  },
};
