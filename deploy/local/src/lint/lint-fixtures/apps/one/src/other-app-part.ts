export * from '@bitabiz/sso/accounts';
