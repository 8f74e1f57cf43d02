/** The languages in which the product speaks. */
export const languages = ['en', 'da'] as const;
export type Language = (typeof languages)[number];
