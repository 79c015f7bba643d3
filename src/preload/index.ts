/** Hands one MessagePort from main to the page, nothing else. */
import { ipcRenderer } from 'electron';

ipcRenderer.once('studio-port', (event) => {
  window.postMessage('studio-port', location.origin, event.ports);
});
