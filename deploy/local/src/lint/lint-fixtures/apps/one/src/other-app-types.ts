export type * from '@bitabiz/sso';
