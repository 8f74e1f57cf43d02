export const theirs = 2;
