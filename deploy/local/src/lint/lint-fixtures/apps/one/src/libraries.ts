export * from '@bitabiz/event-contracts';
export * from '@bitabiz/event-store/store';
export * from '@bitabiz/service-kit/refused';
export * from './any.js';
export * from 'pg';
