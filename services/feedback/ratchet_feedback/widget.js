// A few buttons under an answer, by one script tag:
//   <script src="https://…/api/models/feedback/widget.js" data-link="https://…/said/…" data-answer="#answer"></script>
// `data-link` was made by POST /api/models/feedback/links, on your server: no token comes to the page. With
// `data-answer`, who copies from that element is taken to like it, if nothing is said.
(() => {
  "use strict";
  const own = document.currentScript;
  const link = own.dataset.link;
  const send = (word) =>
    fetch(link, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(word),
      keepalive: true,
      credentials: "omit",
      signal: AbortSignal.timeout?.(20_000), // what hangs keeps the next word for so long
    });

  const make = (name, text, type) => {
    const made = document.createElement(name);
    made.textContent = text;
    if (type) made.type = type;
    return made;
  };
  const form = document.createElement("form");
  form.className = "ratchet-feedback";
  const told = make("span", "");
  told.setAttribute("role", "status");
  const comments = document.createElement("input");
  comments.type = "text";
  comments.maxLength = 10000;
  comments.placeholder = "What was wrong?";
  comments.setAttribute("aria-label", "What was wrong?");
  comments.hidden = true;

  let word = {};
  let before = Promise.resolve(); // the last word counts: none overtakes the one before it
  const say = (more) => {
    const said = (word = { ...word, ...more });
    before = before.then(async () => {
      try {
        const answer = await send(said);
        told.textContent = answer.ok ? " Thank you." : " This could not be kept.";
      } catch {
        told.textContent = " This could not be sent.";
      }
    });
  };
  for (const [rating, face] of [["positive", "👍 Good"], ["negative", "👎 Bad"]]) {
    const button = make("button", face, "button");
    button.dataset.rating = rating;
    button.addEventListener("click", () => {
      comments.hidden = false;
      say({ rating });
    });
    form.append(button, " ");
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (comments.value.trim()) say({ comments: comments.value });
  });
  form.append(comments, told);
  own.after(form);

  const answer = own.dataset.answer && document.querySelector(own.dataset.answer);
  if (answer) answer.addEventListener("copy", () => send({ signal: "copied" }).catch(() => {}), { once: true });
})();
