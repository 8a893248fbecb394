// Words looked at for blame while they are written. The text stays here; only its marks come from the server.
(() => {
  "use strict";

  // Long enough that a word is finished, short enough that it feels live.
  const PAUSE_MS = 350;
  let timer = null;
  let asked = 0;

  const PANEL = `<h2 id="viewer-title" tabindex="-1">Check my words</h2>
    <p class="about">Paste or write a report, an invitation, a message. What reads as blame or hindsight is marked, with
    the reason and another wording. Nothing of it is kept.</p>
    <label for="words-in">Your text</label>
    <textarea id="words-in" rows="8" spellcheck="true"></textarea>
    <p id="words-count" role="status"></p><div id="words-out"></div>`;

  async function look(text) {
    const mine = ++asked;
    const count = document.getElementById("words-count");
    const out = document.getElementById("words-out");
    if (!out) return;
    if (!text.trim()) {
      count.textContent = "";
      out.innerHTML = "";
      return;
    }
    count.textContent = "Looking …";
    let answer;
    try {
      answer = await (await fetch("words", { method: "POST", body: text })).json();
    } catch (error) {
      answer = { trouble: "The coach's server does not answer. Is it still running?" };
    }
    if (mine !== asked) return; // somebody wrote on meanwhile
    count.textContent = answer.trouble || (answer.count === 1 ? "1 mark" : `${answer.count} marks`);
    out.innerHTML = answer.html || "";
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-words]");
    if (!button) return;
    if (button.dataset.words === "open") {
      const viewer = document.getElementById("viewer");
      viewer.querySelector(".content").innerHTML = PANEL;
      if (!viewer.open) viewer.showModal();
      document.getElementById("words-in").focus();
    } else if (button.dataset.words === "copy") {
      navigator.clipboard?.writeText(button.dataset.text);
      button.textContent = "Copied";
    }
  });

  document.addEventListener("input", (event) => {
    if (event.target.id !== "words-in") return;
    clearTimeout(timer);
    const text = event.target.value;
    timer = setTimeout(() => look(text), PAUSE_MS);
  });
})();
