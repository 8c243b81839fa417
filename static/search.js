// Searches a hub that was taken home: its posts stand in index.js, and nothing is fetched.
(() => {
  "use strict";
  const { posts, categories, languages } = globalThis.backchannel;
  const asked = new URLSearchParams(location.search);
  const step = 50;
  const fold = (text) => text.normalize("NFKD").toLowerCase()
    .replace(/\p{M}+/gu, "").replaceAll("ß", "ss").replaceAll("ø", "o").replaceAll("æ", "ae")
    .replaceAll("œ", "oe").replaceAll("ł", "l").replaceAll("đ", "d").replaceAll("ı", "i");
  const words = (text) => fold(text).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const many = (name) => asked.getAll(name).flatMap((value) => value.split(",")).filter(Boolean);
  let [only, without] = [many("in"), many("not")];
  if (asked.get("but")) [only, without] = [without, only];
  const q = (asked.get("q") ?? "").trim();
  const [blog, lang, day] = ["blog", "lang", "day"].map((name) => asked.get(name) ?? "");
  // Letters without blanks between words: any part of them is found.
  const joined = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]/u;
  const sought = words(q);
  const fits = (post) => {
    if (only.length && !only.includes(post.in)) return false;
    if (without.includes(post.in)) return false;
    if (blog && post.key !== blog) return false;
    if (lang && post.lang !== lang && !post.lang.startsWith(`${lang}-`)) return false;
    if (day && post.day !== day) return false;
    if (!sought.length) return true;
    const text = `${post.title} ${post.text} ${post.blog}`;
    const there = words(text);
    return sought.every((word) => joined.test(word)
      ? fold(text).includes(word)
      : there.some((one) => one.startsWith(word)));
  };
  // As much as lists show: what is searched is all of it.
  const short = (text) => text.length > 253 ? `${text.slice(0, 252).trimEnd()}…` : text;
  const make = (name, texts = {}, children = []) => {
    const made = Object.assign(document.createElement(name), texts);
    made.append(...children);
    return made;
  };
  const link = (text, href, texts = {}) =>
    make("a", { href, ...texts }, [make("bdi", { textContent: text })]);
  const row = (post) => {
    const title = make("a", { href: post.url, rel: "ugc nofollow", textContent: post.title });
    const head = make("h3", { dir: "auto", lang: post.lang }, [title]);
    const meta = make("div", { className: "meta" }, [
      link(post.blog, `?${new URLSearchParams({ blog: post.key })}`, { className: "blog" }),
      make("a", { href: `../../p/${post.id}.html`, title: "Permalink" }, [make("time", { dateTime: post.at, textContent: post.on })]),
      link(categories[post.in] ?? post.in, `../../${post.in}/index.html`),
    ]);
    const text = post.text ? [make("p", { className: "ex", dir: "auto", lang: post.lang, textContent: short(post.text) })] : [];
    const letter = make("div", { className: "av", ariaHidden: "true", textContent: [...post.blog][0] ?? "" });
    return make("article", { className: "ping" }, [letter, head, ...text, meta]);
  };
  const found = posts.filter(fits);
  const part = (name) => document.querySelector(`[data-${name}]`);
  let shown = 0;
  const more = () => {
    part("found").append(...found.slice(shown, shown + step).map(row));
    shown += step;
    part("more").hidden = shown >= found.length;
  };
  part("search").hidden = false;
  const field = document.getElementById("q");
  field.value = q;
  const blogName = posts.find((post) => post.key === blog)?.blog ?? blog;
  const chips = [
    ...only.map((name) => [categories[name] ?? name, "in", name]),
    ...without.map((name) => [`Not ${categories[name] ?? name}`, "not", name]),
    ...(blog ? [[blogName, "blog", blog]] : []),
    ...(lang ? [[languages[lang] ?? lang, "lang", lang]] : []),
    ...(day ? [[day, "day", day]] : []),
  ];
  for (const [says, name, value] of chips) {
    const rest = new URLSearchParams();
    if (q) rest.set("q", q);
    for (const [, other, kept] of chips) if (other !== name || kept !== value) rest.append(other, kept);
    const off = link(says, `?${rest}`, { className: "chip" });
    off.append(make("span", { ariaHidden: "true", textContent: " ×" }), make("span", { className: "vh", textContent: " (remove)" }));
    part("filters").append(make("li", {}, [off]));
    part("filters").hidden = false;
    part("search").append(make("input", { type: "hidden", name, value }));
  }
  const number = found.length.toLocaleString("en");
  part("said").textContent = !q && !chips.length
    ? `Type a word, or its beginning. Capitals and accents do not count. There are ${number} posts.`
    : found.length === 0 ? "No post here has all of this. Try fewer words, or only the beginning of one."
      : found.length === 1 ? "One post." : `${number} posts.`;
  part("more").addEventListener("click", more);
  if (q || chips.length) more(); else field.focus();
})();
