// Phones on a page. Each is one person on one channel; what they wrote is kept in this browser until they are renewed.

const STORE = "maalem.phones";
const POLL_MS = 4000;
const HINTS = {
  whatsapp: ["السلام عليكم", "بغيت نتسجل", "Bonjour"],
  telegram: ["/start", "bghit ntsejel", "أريد التسجيل"],
  sms: ["Salam", "Je veux m'inscrire", "السلام"],
};
const NAMES = { whatsapp: "WhatsApp", telegram: "Telegram", sms: "SMS" };
const SEFROU = { latitude: 33.8305, longitude: -4.8353 };
const SENT = { photo: "📷 photo", voice: "🎤 0:07", location: "📍 Sefrou", contact: "☎ my number" };

const main = document.querySelector("#phones");
const template = document.querySelector("#phone-template");
const dialog = document.querySelector("#rows");

const phones = load();
for (const channel of Object.keys(NAMES)) {
  document.querySelector(`#add-${channel}`).addEventListener("click", () => add(channel));
}
if (phones.length === 0) {
  const wide = window.matchMedia("(min-width: 70rem)").matches;
  for (const channel of wide ? ["whatsapp", "telegram", "sms"] : ["whatsapp"]) phones.push(fresh(channel));
}
phones.forEach(show);
save();
setInterval(() => document.hidden || phones.forEach((phone) => phone.after !== null && fetchNews(phone)), POLL_MS);

function fresh(channel) {
  const digits = String(Math.floor(Math.random() * 1e8)).padStart(8, "0");
  return {
    id: crypto.randomUUID?.() ?? String(Math.random()),
    channel,
    sender: channel === "telegram" ? `telegram-${digits.slice(0, 6)}` : `+2126${digits}`,
    lines: [],
    after: null,
  };
}

function load() {
  try {
    return JSON.parse(localStorage.getItem(STORE) ?? "[]");
  } catch {
    return [];
  }
}

function save() {
  const kept = phones.map(({ id, channel, sender, lines, after }) => ({ id, channel, sender, lines: lines.slice(-200), after }));
  try {
    localStorage.setItem(STORE, JSON.stringify(kept));
  } catch {
    // a full or forbidden store only means that a reload forgets
  }
}

function add(channel) {
  const phone = fresh(channel);
  phones.push(phone);
  show(phone);
  save();
  phone.element.scrollIntoView({ inline: "center" });
  phone.input.focus();
}

function show(phone) {
  main.querySelector(".empty")?.remove();
  const element = template.content.firstElementChild.cloneNode(true);
  phone.element = element;
  element.dataset.channel = phone.channel;
  element.setAttribute("aria-label", `${NAMES[phone.channel]} phone`);
  element.querySelector(".channel-name").textContent = `Maalem · ${NAMES[phone.channel]}`;
  phone.talk = element.querySelector(".talk");
  phone.input = element.querySelector("textarea");
  const sender = element.querySelector(".sender");
  sender.value = phone.sender;
  sender.addEventListener("change", () => become(phone, sender.value.trim() || fresh(phone.channel).sender));
  element.querySelector(".renew").addEventListener("click", () => become(phone, fresh(phone.channel).sender));
  element.querySelector(".close").addEventListener("click", () => close(phone));
  element.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    submit(phone);
  });
  phone.input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      submit(phone);
    }
  });
  phone.input.addEventListener("input", () => grow(phone.input));
  for (const button of element.querySelectorAll("[data-send]")) {
    button.hidden = phone.channel === "sms" || (button.dataset.send === "contact" && phone.channel !== "telegram");
    button.addEventListener("click", () => sendThing(phone, button.dataset.send));
  }
  main.append(element);
  phone.lines.forEach((line) => draw(phone, line));
  hints(phone);
  bottom(phone);
}

function hints(phone) {
  const box = phone.element.querySelector(".hints");
  box.replaceChildren();
  if (phone.lines.length > 0) return;
  for (const text of HINTS[phone.channel]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.dir = "auto";
    button.addEventListener("click", () => (text === "/start" ? send(phone, { start: "" }, "/start") : send(phone, { text }, text)));
    box.append(button);
  }
}

function become(phone, sender) {
  Object.assign(phone, { sender, lines: [], after: null });
  phone.element.querySelector(".sender").value = sender;
  phone.talk.replaceChildren();
  hints(phone);
  save();
  phone.input.focus();
}

function close(phone) {
  phones.splice(phones.indexOf(phone), 1);
  phone.element.remove();
  save();
  if (phones.length === 0) {
    const empty = document.createElement("p");
    empty.className = "empty";
    empty.textContent = "No phone here. Take one above.";
    main.append(empty);
  }
}

function grow(input) {
  input.style.blockSize = "auto";
  input.style.blockSize = `${input.scrollHeight + 2}px`;
}

function submit(phone) {
  const text = phone.input.value;
  if (text.trim() === "") return;
  phone.input.value = "";
  grow(phone.input);
  send(phone, { text }, text);
}

function sendThing(phone, what) {
  const own = phone.sender.startsWith("+") ? phone.sender : "+212612345678";
  const body = {
    photo: { media: { kind: "photo", mime_type: "image/jpeg", size_bytes: 180000 } },
    voice: { media: { kind: "voice", mime_type: "audio/ogg", duration_s: 7 } },
    location: { location: SEFROU },
    contact: { contact: { phone: own, own: true } },
  }[what];
  send(phone, body, SENT[what]);
}

async function send(phone, body, shown) {
  const line = { who: "me", text: shown, state: "…" };
  const sender = phone.sender;
  add_line(phone, line);
  phone.element.querySelector(".hints").replaceChildren();
  const typing = document.createElement("div");
  typing.className = "typing";
  typing.setAttribute("aria-label", "Maalem is writing");
  typing.append(...[1, 2, 3].map(() => document.createElement("i")));
  phone.talk.append(typing);
  bottom(phone);
  try {
    const response = await fetch("/simulator/messages", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ channel: phone.channel, sender, ...body }),
    });
    const answer = await response.json();
    if (phone.sender !== sender) return;
    if (!response.ok) throw new Error(answer.message ?? `The gateway answered ${response.status}.`);
    mark(line, "✓✓");
    receive(phone, answer.replies);
    const meant = body.text !== undefined && answer.intent?.name;
    const understood = [answer.language, meant && `${meant} ${Math.round(answer.intent.confidence * 100)} %`];
    add_line(phone, { who: "note", text: understood.filter(Boolean).join(" · ") });
  } catch (error) {
    if (phone.sender !== sender) return;
    mark(line, "not sent");
    const reason = error instanceof TypeError ? "Maalem cannot be reached. Is it running?" : error.message;
    add_line(phone, { who: "note", text: reason, warn: true });
  } finally {
    typing.remove();
    save();
    bottom(phone);
  }
}

function mark(line, state) {
  line.state = state;
  const label = line.element?.querySelector(".state");
  if (label) label.textContent = state;
}

function receive(phone, replies) {
  for (const reply of replies) {
    if (phone.after !== null && reply.id <= phone.after) continue;
    phone.after = reply.id;
    add_line(phone, { who: "them", reply });
  }
  if (phone.after === null) phone.after = 0;
}

async function fetchNews(phone) {
  const query = new URLSearchParams({ channel: phone.channel, sender: phone.sender, after: String(phone.after) });
  try {
    const response = await fetch(`/simulator/messages?${query}`);
    if (!response.ok || phone.talk.querySelector(".typing")) return;
    const { replies } = await response.json();
    if (replies.length === 0) return;
    receive(phone, replies);
    save();
    bottom(phone);
  } catch {
    // the next look will tell
  }
}

function add_line(phone, line) {
  if (line.who === "note" && line.text === "") return;
  phone.lines.push(line);
  draw(phone, line);
}

function draw(phone, line) {
  if (line.who === "note") {
    const note = element("p", line.warn ? "note warn" : "note", line.text);
    if (line.warn) note.setAttribute("role", "alert");
    phone.talk.append(note);
    return;
  }
  if (line.who === "me") {
    const bubble = element("div", "bubble me", line.text);
    bubble.dir = "auto";
    bubble.append(element("span", "state", line.state ?? ""));
    Object.defineProperty(line, "element", { value: bubble, configurable: true });
    phone.talk.append(bubble);
    return;
  }
  phone.channel === "sms" ? drawSms(phone, line.reply) : drawChat(phone, line.reply);
}

function drawSms(phone, reply) {
  for (const part of reply.parts ?? [reply.text]) {
    const bubble = element("div", "bubble them", part);
    bubble.dir = reply.direction;
    phone.talk.append(bubble);
  }
  const figures = `${reply.segments} SMS · ${reply.units} units · ${reply.encoding}`;
  phone.talk.append(element("p", reply.segments > 3 ? "figures over" : "figures", figures));
}

function drawChat(phone, reply) {
  const bubble = element("div", "bubble them", reply.text);
  bubble.dir = reply.direction;
  bubble.lang = reply.language;
  phone.talk.append(bubble);
  if (reply.shown_as === "list") {
    const open = choice(`☰ ${reply.list_title}`, () => openRows(phone, reply));
    const box = element("div", "choices");
    box.append(open);
    phone.talk.append(box);
  } else if (reply.choices.length > 0) {
    const two = phone.channel === "telegram" && reply.choices.every(({ label }) => label.length <= 12);
    const box = element("div", two ? "choices two" : "choices");
    box.append(...reply.choices.map(({ label, token }) => choice(label, () => send(phone, { choice: token }, label))));
    phone.talk.append(box);
  }
  if (reply.ask_phone) phone.talk.append(asked(phone, reply.ask_phone, "contact"));
  if (reply.ask_location) phone.talk.append(asked(phone, reply.ask_location, "location"));
}

function asked(phone, label, what) {
  const box = element("div", "choices");
  box.append(choice(label, () => sendThing(phone, what)));
  return box;
}

function choice(label, act) {
  const button = element("button", "choice", label);
  button.type = "button";
  button.dir = "auto";
  button.addEventListener("click", act);
  return button;
}

function openRows(phone, reply) {
  dialog.querySelector("h2").textContent = reply.list_title;
  dialog.dir = reply.direction;
  const rows = dialog.querySelector(".rows");
  rows.replaceChildren(
    ...reply.choices.map(({ label, token, description }) => {
      const row = element("button", "", label);
      row.value = token;
      row.dir = reply.direction;
      if (description) row.append(element("small", "", description));
      return row;
    }),
  );
  dialog.onclose = () => {
    const picked = reply.choices.find(({ token }) => token === dialog.returnValue);
    if (picked) send(phone, { choice: picked.token }, picked.label);
    phone.input.focus();
  };
  dialog.returnValue = "";
  dialog.showModal();
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function bottom(phone) {
  phone.talk.scrollTop = phone.talk.scrollHeight;
}
