/// The one script of the status page: fetches the fragment when the server says that something has changed.
///
/// It has no ampersand and no opening angle bracket, so that the page stays well-formed.
enum StatusScript {
    /// How often a page without script loads itself anew.
    static let reloadSeconds = 5

    static let text = """
        const page = document.getElementById("page");
        const live = document.getElementById("live");
        let busy = false, again = false, over = false;
        function say(text) { live.textContent = text; }
        function folds() {
          const found = new Map();
          for (const part of page.querySelectorAll("section[id]")) {
            part.querySelectorAll("details").forEach((fold, index) => found.set(part.id + " " + index, fold));
          }
          return found;
        }
        function show(html) {
          const open = new Set();
          folds().forEach((fold, key) => { if (fold.open) open.add(key); });
          const focus = document.activeElement?.id;
          page.innerHTML = html;
          folds().forEach((fold, key) => { if (open.has(key)) fold.open = true; });
          if (focus) document.getElementById(focus)?.focus({preventScroll: true});
          const title = page.querySelector("[data-title]")?.dataset.title;
          if (title) document.title = title;
        }
        async function refresh() {
          if (over) return;
          if (busy) { again = true; return; }
          busy = true;
          try {
            const answer = await fetch("/fragment", {cache: "no-store"});
            const html = answer.ok ? await answer.text() : "";
            if (html) { if (!over) show(html); }
          } catch (error) {
            say("The process does not answer; trying again.");
          }
          busy = false;
          if (again) { again = false; refresh(); }
        }
        const events = new EventSource("/events");
        events.addEventListener("open", () => say("Live: this page follows the run."));
        events.addEventListener("changed", refresh);
        events.addEventListener("finished", event => {
          over = true;
          events.close();
          show(event.data);
          say("The process has ended; this is the last state. `haldane report` opens the whole run.");
        });
        events.addEventListener("error", () => {
          if (!over) say("The process does not answer; trying again. If it has ended, `haldane report` opens the run.");
        });
        """
}
