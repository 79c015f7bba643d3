export function Shelf() {
  return null;
}
