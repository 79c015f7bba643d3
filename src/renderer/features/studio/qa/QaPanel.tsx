export function QaPanel() {
  return null;
}
