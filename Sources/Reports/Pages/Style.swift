/// The style sheet, on every page so that one page can be sent alone: fonts of the system, phone, screen and A4 paper.
enum Style {
    static let sheet = """
        :root{--ink:#1b1f24;--soft:#56606b;--line:#d5dae0;--back:#fff;--tint:#f3f6f9;--blue:#0b5cad;--good:#0a6b3d;--bad:#a3260f;--wait:#7a5200}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%}
        body{margin:0 auto;max-width:76rem;padding:0 1rem 3rem;color:var(--ink);background:var(--back);line-height:1.6;\
        font-family:system-ui,-apple-system,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC","WenQuanYi Micro Hei",sans-serif}
        a{color:var(--blue)}
        a:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:3px solid #e69f00;outline-offset:2px}
        .skip{position:absolute;left:-99rem}
        .skip:focus{position:static}
        .synthetic{margin:0 -1rem;padding:.4rem 1rem;background:#fff3cd;border-bottom:2px solid #b58100;font-weight:600}
        header nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;list-style:none;margin:.8rem 0 .4rem;padding:0}
        .trail{color:var(--soft);font-size:.9rem}
        h1{font-size:1.7rem;line-height:1.25;margin:.5rem 0 .2rem;overflow-wrap:anywhere}
        h2{font-size:1.3rem;margin:2.2rem 0 .6rem;padding-top:.5rem;border-top:3px solid var(--ink)}
        h3{font-size:1.08rem;margin:1.5rem 0 .4rem}
        .subtitle{margin:.2rem 0;color:var(--soft)}
        .facts{display:flex;flex-wrap:wrap;gap:.1rem 1.4rem;list-style:none;margin:.5rem 0;padding:.5rem .8rem;background:var(--tint);font-size:.86rem;overflow-wrap:anywhere}
        .lead{font-size:1.16rem;margin:.6rem 0}
        .note,.none{color:var(--soft);font-size:.88rem;margin:.3rem 0 1rem}
        .rule{border-left:4px solid var(--blue);padding:.2rem .8rem;background:var(--tint)}
        .cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(10.5rem,1fr));gap:.7rem;list-style:none;padding:0;margin:.8rem 0}
        .cards li{border:1px solid var(--line);border-top:4px solid var(--blue);padding:.5rem .7rem;background:var(--back)}
        .cards li.need{border-top-color:#d55e00}
        .cards li.rate{border-top-color:#56606b}
        .what{display:block;font-size:.9rem;color:var(--soft)}
        .big{display:block;font-size:1.6rem;font-weight:700;font-variant-numeric:tabular-nums;line-height:1.3}
        .big small{font-size:.85rem;font-weight:400;color:var(--soft)}
        .line{display:block;font-size:.84rem;color:var(--soft)}
        .wide{overflow-x:auto;margin:.6rem 0}
        table{border-collapse:collapse;font-size:.92rem;width:100%;font-variant-numeric:tabular-nums}
        caption{text-align:left;font-weight:600;padding:.3rem 0}
        th,td{padding:.32rem .55rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
        thead th{background:var(--tint);vertical-align:bottom}
        thead th small{display:block;font-weight:400;color:var(--soft)}
        th[scope=row]{font-weight:600;overflow-wrap:anywhere;min-width:6em}
        .n{text-align:right;white-space:nowrap}
        thead th.n{white-space:normal}
        tbody tr:nth-child(even){background:#fafbfc}
        .state{white-space:nowrap;font-weight:600}
        .state::before{display:inline-block;width:1.4em;font-weight:700}
        .yes{color:var(--good)}.yes::before{content:"●"}
        .no{color:var(--bad)}.no::before{content:"▲"}
        .pending{color:var(--wait)}.pending::before{content:"◐"}
        .pictures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,27rem),1fr));gap:1.2rem}
        figure{margin:.6rem 0;padding:.7rem;border:1px solid var(--line);min-width:0}
        figcaption{font-weight:600;margin-bottom:.3rem}
        figure svg{display:block;width:100%;height:auto;max-width:46rem}
        details{margin:.4rem 0}
        summary{cursor:pointer;color:var(--blue)}
        dt{font-weight:700;margin-top:.9rem}
        dd{margin:0 0 .1rem 1.2rem}
        pre{overflow-x:auto;background:var(--tint);padding:.7rem;font-size:.85rem}
        code{font-family:ui-monospace,"Cascadia Mono",Menlo,Consolas,monospace;font-size:.92em;overflow-wrap:anywhere}
        footer{margin-top:3rem;border-top:1px solid var(--line);color:var(--soft);font-size:.85rem;overflow-wrap:anywhere}
        @media (max-width:40rem){body{padding:0 .7rem 2rem}h1{font-size:1.35rem}.cards{grid-template-columns:1fr 1fr;gap:.5rem}\
        .big{font-size:1.3rem}th,td{padding:.28rem .35rem}table{font-size:.86rem;width:max-content;min-width:100%}td,th[scope=row]{max-width:15em}th[scope=row]{max-width:8em}.synthetic{margin:0 -.7rem}figure{padding:.4rem}}
        @media print{@page{size:A4;margin:14mm 12mm}body{max-width:none;padding:0;font-size:9.5pt;line-height:1.4}header nav,.skip,details{display:none}\
        .trail{display:none}h2{break-after:avoid;margin-top:1.1rem}h3,caption,figcaption{break-after:avoid}figure,.cards li,tr{break-inside:avoid}\
        .pictures{grid-template-columns:1fr 1fr;gap:.5rem}.cards{grid-template-columns:repeat(4,1fr)}thead{display:table-header-group}.wide{overflow:visible}\
        table{font-size:8pt}th,td{padding:.15rem .3rem}a{color:inherit;text-decoration:none}.synthetic{margin:0;border:1px solid #b58100}}
        """
}
