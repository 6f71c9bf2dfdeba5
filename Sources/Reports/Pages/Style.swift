/// The style sheet, on every page so that one page can be sent alone: fonts of the system, phone, screen and A4 paper.
enum Style {
    static let sheet = """
        :root{color-scheme:light dark;--ink:#1b1f24;--soft:#525c66;--line:#d5dae0;--back:#fff;--tint:#f3f6f9;--stripe:#fafbfc;\
        --blue:#0b5cad;--need:#b34700;--good:#0a6b3d;--bad:#a3260f;--wait:#7a5200;--warn:#fff3cd;--warnline:#b58100}
        @media screen and (prefers-color-scheme:dark){:root{--ink:#e6e9ed;--soft:#a9b3bd;--line:#3a434c;--back:#14181c;--tint:#1d2329;\
        --stripe:#181d22;--blue:#7db8f5;--need:#f0a26b;--good:#6fce9c;--bad:#ff9d8a;--wait:#e8c06a;--warn:#3a3008;--warnline:#d6a52a}}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
        body{margin:0 auto;max-width:76rem;padding:0 1rem 3rem;color:var(--ink);background:var(--back);line-height:1.6;\
        font-family:system-ui,-apple-system,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC","WenQuanYi Micro Hei",sans-serif}
        a{color:var(--blue);text-underline-offset:.18em}
        a:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:3px solid #c77700;outline-offset:2px}
        :target{scroll-margin-top:.5rem}
        .skip{position:absolute;left:-99rem}
        .skip:focus{position:static}
        .synthetic{margin:0 -1rem;padding:.4rem 1rem;background:var(--warn);border-bottom:2px solid var(--warnline);font-weight:600}
        header nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;list-style:none;margin:.7rem 0 .3rem;padding:0}
        nav a[aria-current]{color:var(--ink);font-weight:700;text-decoration-thickness:3px}
        .trail{color:var(--soft);font-size:.9rem}
        h1{font-size:1.75rem;line-height:1.25;margin:.5rem 0 .2rem;overflow-wrap:anywhere}
        h2{font-size:1.3rem;margin:2.4rem 0 .7rem;padding-top:.5rem;border-top:3px solid var(--ink)}
        h3{font-size:1.05rem;margin:1.5rem 0 .4rem;overflow-wrap:anywhere}
        .subtitle{margin:.2rem 0;color:var(--soft)}
        .facts{display:flex;flex-wrap:wrap;gap:.1rem 1.4rem;list-style:none;margin:.5rem 0;padding:.4rem .8rem;background:var(--tint);\
        color:var(--soft);font-size:.8rem;overflow-wrap:anywhere}
        .facts strong{color:var(--ink)}
        .lead{font-size:1.14rem;margin:.7rem 0}
        .lead+ul{list-style:none;margin:.5rem 0;padding:0}
        .note,.none{color:var(--soft);font-size:.86rem;margin:.3rem 0 1.1rem}
        .rule{border-left:4px solid var(--blue);padding:.3rem .8rem;background:var(--tint);font-size:.92rem}
        small{font-size:.85em;font-weight:400;color:var(--soft)}
        .answers{margin:1rem 0 0;border-top:3px solid var(--ink)}
        .answers div{display:grid;grid-template-columns:12rem 1fr;gap:.1rem 1.2rem;padding:.7rem .2rem;border-bottom:1px solid var(--line)}
        .answers dt{margin:0;font-size:1.08rem;font-weight:700}
        .answers dt::before{display:inline-block;width:1.5em;content:"○"}
        .answers .no dt::before{content:"▲";color:var(--bad)}
        .answers .yes dt::before{content:"●";color:var(--good)}
        .answers .pending dt::before{content:"◐";color:var(--wait)}
        .answers dd{margin:0;font-size:1.05rem}
        .answers data{font-weight:700}
        .answers .state{margin-left:.3em}
        .more{white-space:nowrap;font-size:.9rem}
        .deck h3{margin:.9rem 0 .3rem}
        .cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.4rem,1fr));gap:.7rem;list-style:none;padding:0;margin:.4rem 0 .9rem}
        .cards li{min-width:0;overflow-wrap:anywhere;border:1px solid var(--line);border-top:4px solid var(--soft);padding:.5rem .7rem;background:var(--back)}
        .cards li.supply{border-top-color:var(--blue)}
        .cards li.need{border-top:4px double var(--need)}
        .what{display:block;font-size:.92rem;font-weight:600}
        .big{display:block;font-size:1.65rem;font-weight:700;font-variant-numeric:tabular-nums;line-height:1.3}
        .big small{display:inline-block;margin-left:.35em;font-size:.52em;line-height:1.4}
        time{white-space:nowrap}
        .line{display:block;font-size:.83rem;color:var(--soft)}
        .wide{overflow-x:auto;margin:.6rem 0}
        table{border-collapse:collapse;font-size:.92rem;width:100%;font-variant-numeric:tabular-nums}
        caption{text-align:left;font-weight:600;padding:.3rem 0}
        th,td{padding:.32rem .55rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
        thead th{background:var(--tint);vertical-align:bottom}
        thead th small{display:block}
        th[scope=row]{font-weight:600;overflow-wrap:break-word;min-width:6em}
        th[scope=row] a{font-weight:600}
        .n{text-align:right;white-space:nowrap}
        thead th.n{white-space:normal;min-width:3.4em}
        .short{color:var(--bad);font-weight:700}
        tbody tr:nth-child(even){background:var(--stripe)}
        .state{white-space:nowrap;font-weight:600}
        td .state:not(:first-child),dd .state:not(:first-child){margin-left:.5em}
        .state::before{display:inline-block;width:1.4em;font-weight:700}
        .yes{color:var(--good)}.yes::before{content:"●"}
        .no{color:var(--bad)}.no::before{content:"▲"}
        .pending{color:var(--wait)}.pending::before{content:"◐"}
        .answers>div{color:inherit}.answers>div::before{content:none}
        .pictures{columns:2 24rem;column-gap:1.2rem}
        figure{break-inside:avoid;margin:0 0 1.2rem;padding:.7rem;border:1px solid var(--line);min-width:0;background:#fff;color:#1b1f24}
        figure .note{color:#525c66}
        .broad{column-span:all}
        figcaption{font-weight:600;margin-bottom:.3rem}
        figure svg{display:block;width:100%;height:auto;max-width:46rem}
        .broad svg{max-width:none}
        svg text{unicode-bidi:isolate}
        figure details{--ink:#1b1f24;--soft:#525c66;--line:#d5dae0;--back:#fff;--tint:#f3f6f9;--stripe:#fafbfc;--blue:#0b5cad;--bad:#a3260f}
        details{margin:.5rem 0}
        summary{cursor:pointer;color:var(--blue);padding:.2rem 0}
        main>dl:not(.answers){display:grid;grid-template-columns:minmax(8rem,17rem) 1fr;gap:.15rem 1.2rem}
        dt{font-weight:700;grid-column:1}
        dd{margin:0;grid-column:2}
        dd+dt,dd+dt+dd{padding-top:.45rem}
        main>ul:last-child{columns:22rem}
        :target{background:var(--warn)}
        pre{overflow-x:auto;background:var(--tint);padding:.7rem;font-size:.85rem}
        code{font-family:ui-monospace,"Cascadia Mono",Menlo,Consolas,monospace;font-size:.92em;overflow-wrap:anywhere}
        footer{margin-top:3rem;border-top:1px solid var(--line);color:var(--soft);font-size:.85rem;overflow-wrap:anywhere}
        @media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
        @media (max-width:40rem){body{padding:0 .7rem 2rem}h1{font-size:1.35rem}h2{margin-top:1.8rem}.synthetic{margin:0 -.7rem}\
        .answers div,main>dl:not(.answers){grid-template-columns:1fr}dd{grid-column:1}.broad svg{min-width:36rem}.cards li:nth-child(odd):last-child{grid-column:1/-1}.answers dd{font-size:1rem}.cards{grid-template-columns:1fr 1fr;gap:.5rem}.big{font-size:1.25rem}\
        .cards li{padding:.4rem .5rem}th,td{padding:.28rem .35rem}table{font-size:.84rem}thead th small{font-size:.9em}\
        th[scope=row]{min-width:6.5em}td{max-width:15em}figure{padding:.4rem}}
        @media print{@page{size:A4;margin:14mm 12mm 16mm;@bottom-right{content:counter(page) " / " counter(pages);font-size:8pt}}\
        html{font-size:9pt}body{max-width:none;padding:0;font-size:9.5pt;line-height:1.4}.wide{break-inside:avoid}main>ul:last-child{columns:3}header nav,.skip,details,.more,.trail{display:none}\
        h1{font-size:16pt}h2{break-after:avoid;margin-top:1rem;font-size:12.5pt}h3,caption,figcaption{break-after:avoid}\
        figure,.cards li,tr,.answers div,dt{break-inside:avoid}dt{break-after:avoid}.answers div{grid-template-columns:9rem 1fr;padding:.35rem .1rem}\
        .answers dt,.answers dd{font-size:10pt}.pictures{columns:2;column-gap:.5rem}main>dl:not(.answers){grid-template-columns:11rem 1fr}.cards{grid-template-columns:repeat(4,1fr);gap:.4rem}\
        .deck .cards:has(li:nth-child(3):last-child){grid-template-columns:repeat(3,1fr)}.big{font-size:13pt}.line{font-size:7.5pt}\
        thead{display:table-header-group}.wide{overflow:visible}table{font-size:8pt}th,td{padding:.15rem .3rem}\
        a{color:inherit;text-decoration:none}.synthetic{margin:0;border:1px solid var(--warnline);-webkit-print-color-adjust:exact;print-color-adjust:exact}\
        figure svg,.state,.cards li{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
        """
}
