import { createPool } from '@bitabiz/service-kit/database';

export const pool = createPool;
