/** Rows of outcomes.tsv that the simulated machine cannot know, with the reason. One that it gets right all the same is not to be here. */
export const unknowable: Readonly<Record<string, string>> = {};
