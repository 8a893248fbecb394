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
  <p class="measured"><button type="button" class="link" data-do="board">How good is this coach?</button></p>
</nav>
"""

TOP = """
<header class="top">
  <button type="button" class="tool narrow" data-do="side" aria-expanded="false" aria-controls="side">
    Conversations
  </button>
  <h1>Trust Coach</h1>
  <span class="note">Coaching for people who lead. Not therapy, not legal advice.</span>
  <span class="tools">
    <button type="button" class="tool" data-do="sound">Was this sound?</button>
    <button type="button" class="tool" data-do="practice">Practice</button>
    <button type="button" class="tool" data-do="mine">My page<span id="due" hidden></span></button>
  </span>
</header>
"""

TRANSCRIPT = """
<div id="transcript" role="log" aria-live="polite" aria-label="Conversation">
  <p class="waking">The coach is waking up …</p>
</div>
"""

STATUS = """
<p id="status" role="status"></p>
<p><button type="button" class="link" id="documents-here" data-documents="list">Your documents</button>
<button type="button" class="link" data-words="open">Check my words</button>
<a class="link" href="/pulse">Team pulse</a></p>
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

VOICE = """
<section id="voice-panel" aria-label="Talk with the coach" data-state="idle">
  <div class="captions" hidden>
    <p class="caption you"></p>
    <p class="caption coach"></p>
  </div>
  <p class="voice-trouble" role="alert" hidden></p>
  <div class="voice-row">
    <button type="button" id="talk-button" data-voice="talk" aria-describedby="voice-state">
      <span class="microphone-open" hidden title="The microphone is open"></span><span class="label">Talk</span>
    </button>
    <span class="level" aria-hidden="true"><span></span></span>
    <p id="voice-state" role="status" aria-live="polite"></p>
    <span class="voice-tools" hidden>
      <button type="button" class="tool" data-voice="mute" aria-pressed="false">Mute</button>
      <button type="button" class="tool" data-voice="pause" aria-pressed="false">Pause</button>
      <button type="button" class="tool" data-voice="end">End talk</button>
    </span>
    <details class="voice-settings">
      <summary>Voice settings</summary>
      <div class="choices">
        <label><input type="checkbox" role="switch" data-choice="headphones"> I wear headphones
          <small>Then speaking interrupts the coach. On speakers a tap does.</small></label>
        <label><input type="checkbox" role="switch" data-choice="push"> Hold to talk
          <small>Hold the button or the space bar while you speak.</small></label>
        <label>Patience
          <select data-choice="patience">
            <option value="auto">As the moment calls for</option>
            <option value="brisk">Brisk</option>
            <option value="normal">Normal</option>
            <option value="think">Let me think</option>
          </select></label>
        <label>Speed
          <select data-choice="speed">
            <option value="0.8">Slow</option>
            <option value="1" selected>Calm</option>
            <option value="1.2">Quick</option>
            <option value="1.5">Fast</option>
          </select></label>
      </div>
    </details>
  </div>
</section>
"""
