import { createRoot } from 'react-dom/client';

/** Until the studio window is built, the page says so and how takes are made today. */
function Welcome() {
  return (
    <main>
      <h1>Sima · سیما</h1>
      <p>The studio window is not built yet. Takes are made on the command line:</p>
      <pre>npm run -s sima -- render --avatar FACE.jpg --text &quot;سلام&quot; --out take.mp4</pre>
    </main>
  );
}

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root.');
createRoot(root).render(<Welcome />);
