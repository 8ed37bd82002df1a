/** Hosts that the user's ssh configuration names, for the list of targets. */
export async function sshHostsOfUser(): Promise<readonly string[]> {
  return [];
}
