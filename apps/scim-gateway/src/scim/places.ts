/** Places that an administrator is sent to, in the words of Entra's admin center and of the product's own pages. */
export const credentials = 'Provisioning → Admin credentials';
export const mapping = 'Provisioning → Mappings';
export const overview = 'Provisioning → Overview';
export const stop = 'Provisioning → Stop provisioning';
export const setup = 'Setup admin → Integration';
/** What the authentication methods are called beside "Bearer authentication". */
export const clientCredentials = 'OAuth 2.0 client credentials grant';
export const workloadIdentity = 'Workload Identity Federation';
