/** `npm run test:long`: the same tests with higher counts. */
export const long = Boolean(process.env['LONG']);

/** Rounds of a fault, per target. */
export const rounds = long ? 20 : 3;
