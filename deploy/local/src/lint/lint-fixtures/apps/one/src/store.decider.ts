export * from '@bitabiz/event-store';
