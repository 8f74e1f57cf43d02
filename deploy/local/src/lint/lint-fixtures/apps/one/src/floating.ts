const write = async (text: string) => text.length;

export function store(text: string): void {
  write(text);
}
