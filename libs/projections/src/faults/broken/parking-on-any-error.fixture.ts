/** Blames the event for whatever went wrong (decision 6). */
export const isFaultOfEvent = (_error: unknown): boolean => true;
