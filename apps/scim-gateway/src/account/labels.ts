import * as z from 'zod';
import { isStorable } from '../scim/text.js';

const longest = 100;
/** What a list cannot show: control characters, ends of lines, and what turns the direction of the text around it. */
const unseen = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\u200b\ufeff]/u;
const seen = /[\p{L}\p{N}\p{P}\p{S}]/u;

const hasNoneUnseen = (text: string): boolean => isStorable(text) && !unseen.test(text);

/** What people tell tokens and client secrets apart by: one line of 1 to 100 characters. @returns it trimmed, in NFC. */
export const Label = z
  .string()
  .trim()
  .normalize()
  .max(longest, `is longer than ${longest} characters`)
  .refine((text) => seen.test(text), 'is empty: give a name that tells it from the others')
  .refine(hasNoneUnseen, 'contains a control character or a line break: write it in one line');
