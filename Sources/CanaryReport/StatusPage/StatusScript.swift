/// The one script of the status page: fetches the fragment when the server says that something has changed.
///
/// It has no ampersand and no opening angle bracket, so that the page stays well-formed.
enum StatusScript {
    /// What a page follows.
    enum Subject: String, Sendable {
        case run
        case agent
    }

    /// How often a page without script loads itself anew.
    static let reloadSeconds = 5

    static func text(_ subject: Subject) -> String {
        let (over, lost) =
            switch subject {
            case .run:
                (
                    "The run has ended; this is the last state. `haldane report` opens the whole run.",
                    "If it has ended, `haldane report` opens the run."
                )
            case .agent:
                (
                    "The agent has ended; this is the last state. Its rollouts go on with another replica.",
                    "If it has ended, its rollouts go on with another replica."
                )
            }
        return """
            const words = {
              live: "Live: this page follows the \(subject.rawValue).",
              over: "\(over)",
              lost: "The process does not answer; trying again. \(lost)",
            };
            \(body)
            """
    }

    private static let body = """
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
        function tables() {
          return new Map([...page.querySelectorAll(".scroll[aria-label]")].map(part => [part.ariaLabel, part]));
        }
        function show(html) {
          const open = new Set();
          folds().forEach((fold, key) => { if (fold.open) open.add(key); });
          const lefts = new Map();
          tables().forEach((part, key) => lefts.set(key, part.scrollLeft));
          const focus = document.activeElement?.id;
          page.innerHTML = html;
          folds().forEach((fold, key) => { if (open.has(key)) fold.open = true; });
          tables().forEach((part, key) => { part.scrollLeft = lefts.get(key) ?? 0; });
          if (focus) document.getElementById(focus)?.focus({preventScroll: true});
          const title = page.querySelector("[data-title]")?.dataset.title;
          if (title) document.title = title;
        }
        async function refresh() {
          if (over) return;
          if (busy) { again = true; return; }
          busy = true;
          try {
            const answer = await fetch("fragment", {cache: "no-store"});
            const html = answer.ok ? await answer.text() : "";
            if (html) { if (!over) show(html); }
          } catch (error) {
            say("The process does not answer; trying again.");
          }
          busy = false;
          if (again) { again = false; refresh(); }
        }
        const events = new EventSource("events");
        events.addEventListener("open", () => say(words.live));
        events.addEventListener("changed", refresh);
        events.addEventListener("finished", event => {
          over = true;
          events.close();
          show(event.data);
          say(words.over);
        });
        events.addEventListener("error", () => { if (!over) say(words.lost); });
        """
}
