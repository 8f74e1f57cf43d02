import { Refused } from '@bitabiz/service-kit';

export const refused = Refused;
