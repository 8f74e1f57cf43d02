export const theirs = () => import('@bitabiz/portal');
