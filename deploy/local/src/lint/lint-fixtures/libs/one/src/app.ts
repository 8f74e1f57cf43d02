export * from '@bitabiz/sso';
