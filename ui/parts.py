"""The fixed parts of the page, as markup."""

WIRES = """
<a class="skip" href="#said" data-do="skip">Go to your message</a>
<div id="trouble" role="alert" hidden></div>
"""

SIDE = """
<nav aria-label="Conversations">
  <div class="side-top">
    <h2>Conversations</h2>
    <button type="button" class="tool narrow" data-do="close-side" aria-label="Close the list">Close</button>
  </div>
  <button type="button" class="new" data-do="new">New conversation</button>
  <div id="list"></div>
</nav>
"""

TOP = """
<header class="top">
  <button type="button" class="tool narrow" data-do="side" aria-expanded="false" aria-controls="side">
    Conversations
  </button>
  <h1>Trust Coach</h1>
  <span class="note">Coaching for people who lead. Not therapy, not legal advice.</span>
</header>
"""

TRANSCRIPT = """
<div id="transcript" role="log" aria-live="polite" aria-label="Conversation">
  <p class="waking">The coach is waking up …</p>
</div>
"""

STATUS = """
<p id="status" role="status"></p>
<p class="keys" title="Shift+Enter begins a new line">Enter sends, Esc stops</p>
"""

WHY = """
<aside aria-labelledby="why-title">
  <div class="side-top">
    <h2 id="why-title" tabindex="-1">Why this advice?</h2>
    <button type="button" class="tool" data-do="close-why" aria-label="Close: why this advice">Close</button>
  </div>
  <div id="reasons"></div>
</aside>
"""
