export function ScriptEditor() {
  return null;
}
