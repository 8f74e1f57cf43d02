import * as z from 'zod';

/** An id in an address or a body. RFC 9562 section 4: read in any case, kept in lower case, since what is stored and sealed compares as text. */
export const Id = z.uuid().toLowerCase();
