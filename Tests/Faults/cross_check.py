"""strace as an independent witness: it must see the calls that change files as often as the injector does."""
import re
import shutil
import subprocess
from collections import Counter

# What the injector counts by a descriptor or a path of a file; strace says which descriptors are files (-yy).
CHANGING = ("open,openat,openat2,creat,write,pwrite64,writev,pwritev,pwritev2,sendfile,copy_file_range,splice,fallocate,truncate,ftruncate,rename,"
            "renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,rmdir,mkdir,mkdirat,mknod,mknodat,chmod,fchmod,fchmodat,"
            "chown,lchown,fchown,fchownat,utime,utimes,utimensat,setxattr,lsetxattr,fsetxattr,removexattr,fsync,fdatasync,syncfs,sync,"
            "sync_file_range,msync")


def differences(lab, scenario):
    """In words, where the counts of strace and of the injector differ; and how many calls were compared."""
    seen = Counter(call.name for call in scenario.calls if call.name != "close" and call.name != "mmap")
    folder = lab.place("witness")
    shutil.copytree(scenario.folder, folder, symlinks=True)
    log = lab.place("strace")
    subprocess.run(["strace", "-f", "-qq", "-yy", "-s", "0", "-o", str(log), "-e", f"trace={CHANGING}", lab.program, *scenario.command],
                   cwd=folder, env=lab.environment(folder), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)
    shutil.rmtree(folder)
    witnessed = Counter()
    for line in log.read_text("utf-8", "replace").splitlines():
        match = re.match(r"\d+ +(\w+)\((.*)", line)
        if not match: continue  # the second half of a call, or a signal
        name, rest = match.groups()
        if name in ("open", "openat") and "O_CREAT" not in rest and "O_TRUNC" not in rest and "O_TMPFILE" not in rest: continue
        if re.match(r"[012]?<(pipe|socket|/dev/null|anon_inode)|\d+<(pipe|socket|/dev/null|anon_inode)", rest): continue
        witnessed[name] += 1
    words = [f"{scenario.name}: strace sees {witnessed[name]} {name}, the injector {seen[name]}"
             for name in sorted(set(seen) | set(witnessed)) if seen[name] != witnessed[name]]
    return words, sum(witnessed.values())
