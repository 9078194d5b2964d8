// SPDX-License-Identifier: Apache-2.0
// A forger with full access to a clone, for the tests of `verify`.

/// Rewrites a clone's refs as its first argument says. It knows the formats and, where it is thorough,
/// recomputes every digest, commit and hash that depends on what it changed.
enum ForgeryScript {
  static let python = #"""
    import hashlib, json, os, re, subprocess, sys

    SESSION = "007"
    REF = f"refs/orchestrate/{SESSION}/journal"
    BRANCH = f"refs/heads/session/{SESSION}"
    for part in ["AUTHOR", "COMMITTER"]:
        os.environ |= {f"GIT_{part}_NAME": "mallory", f"GIT_{part}_EMAIL": "m@example.invalid"}


    def git(*arguments, text=None, **environment):
        done = subprocess.run(
            ["git", *arguments], check=True, capture_output=True,
            input=None if text is None else text.encode(), env={**os.environ, **environment})
        return done.stdout.decode().rstrip("\n")


    def read():
        names = git("ls-tree", "-r", "--name-only", REF).split("\n")
        return {name: subprocess.run(["git", "cat-file", "blob", f"{REF}:{name}"], check=True,
                capture_output=True).stdout.decode() for name in names}


    def write(files, head=None, branch=None):
        index = os.path.abspath(".git/forged-index")
        if os.path.exists(index):
            os.remove(index)
        entries = "".join(
            f"100644 {git('hash-object', '-w', '--stdin', text=body)}\t{name}\n"
            for name, body in files.items())
        git("update-index", "--index-info", text=entries, GIT_INDEX_FILE=index)
        tree = git("write-tree", GIT_INDEX_FILE=index)
        message = git("log", "-1", "--format=%B", REF) + "\n"
        if head:
            message = re.sub("Entries: .*", f"Entries: {head[0]}", message)
            message = re.sub("Head: .*", f"Head: {head[1]}", message)
        if branch:
            message = re.sub("Branch: .*", f"Branch: {branch}", message)
        git("update-ref", REF, git("commit-tree", tree, "-p", REF, text=message))


    def lines(files):
        return "".join(files[n] for n in sorted(files) if n.startswith("journal/")).splitlines()


    def rehash(old):
        before, new = hashlib.sha256(b"").hexdigest(), []
        for number, line in enumerate(old, 1):
            entry, event = json.loads(line), line.split(',"event":', 1)[1][:-1]
            text = f"{before}\n{number}\n{entry['session']}\n{entry['at']}\n{event}"
            before = hashlib.sha256(text.encode()).hexdigest()
            new.append(f'{{"sequence":{number},"session":"{entry["session"]}","at":{entry["at"]},'
                       f'"hash":"{before}","event":{event}}}')
        return new, (len(new), before)


    def put(files, new):
        for name in [n for n in files if n.startswith("journal/")]:
            del files[name]
        for start in range(0, len(new), 128):
            name = f"journal/{start // 128:06}.jsonl"
            files[name] = "".join(line + "\n" for line in new[start:start + 128])


    def changed_tree(commit, path, body):
        index = os.path.abspath(".git/forged-index")
        if os.path.exists(index):
            os.remove(index)
        git("read-tree", commit, GIT_INDEX_FILE=index)
        blob = git("hash-object", "-w", "--stdin", text=body)
        git("update-index", "--cacheinfo", f"100644,{blob},{path}", GIT_INDEX_FILE=index)
        return git("write-tree", GIT_INDEX_FILE=index)


    def remade(commit, renamed):
        """The commit with everything in it renamed."""
        text = git("cat-file", "commit", commit) + "\n"
        for old, new in renamed.items():
            text = text.replace(old, new)
        return git("hash-object", "-t", "commit", "-w", "--stdin", text=text)


    def claim(body):
        """The digest of what a run claims."""
        run = json.loads(body)
        field = lambda text: (
            text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n"))
        lines = ["run 1"] + [f"tree {run['tree']}"] * ("tree" in run)
        lines += [f"gate {field(run['note'])}"] * (run["kind"] == "gate")
        lines += [f"word {field(word)}" for word in run["command"]]
        lines += [f"ending {field(run['ending'].split(':')[0])}"]
        results = []
        for result in run.get("tests", {}).get("ran", {}).get("_0", []):
            (word, failure), = result["outcome"].items()
            if "_0" in failure:
                word += " " + next(iter(failure["_0"]["cause"]))
            identity = [result["identity"][part] for part in ["file", "suite", "name"]]
            results.append("\t".join([word] + [field(part) for part in identity]))
        lines += sorted(results) + ["tests did not run"] * ("didNotRun" in run.get("tests", {}))
        return hashlib.sha256("".join(line + "\n" for line in lines).encode()).hexdigest()


    def thorough(renamed={}, claims=True, path=None, body=None):
        """Renames what an archive holds, or puts other files into the last stage, and makes all else
        agree with it."""
        files, merge = read(), git("rev-parse", BRANCH)
        stage = git("rev-parse", f"{merge}^2")
        if path:
            renamed = {git("rev-parse", f"{stage}^{{tree}}"): changed_tree(stage, path, body)}
        for folder in ["evidence", "documents"]:
            for name in [n for n in files if n.startswith(folder)]:
                new = files[name]
                for old, other in renamed.items():
                    new = new.replace(old, other)
                if new != files[name]:
                    digest = hashlib.sha256(new.encode()).hexdigest()
                    if folder == "evidence" and claims:
                        renamed[claim(files[name])] = claim(new)
                    renamed[os.path.basename(name)[:-5]] = digest
                    del files[name]
                    files[f"{folder}/{digest[:2]}/{digest}.json"] = new
        for commit in git("rev-list", "--topo-order", "--reverse", merge, "^main").split():
            renamed[commit] = remade(commit, renamed)
        journal = lines(files)
        for old, new in renamed.items():
            journal = [line.replace(old, new) for line in journal]
        journal, head = rehash(journal)
        put(files, journal)
        write(files, head, renamed[merge])
        git("update-ref", BRANCH, renamed[merge])
        for reference in git("for-each-ref", "--format=%(refname) %(objectname)").split("\n"):
            name, commit = reference.split()
            if commit in renamed:
                git("update-ref", name, renamed[commit])


    what, files = sys.argv[1], read()
    journal = lines(files)
    if what == "flip":
        journal[9] = journal[9].replace('"at":1', '"at":2')
        put(files, journal)
        write(files)
    elif what == "remove":
        put(files, journal[:9] + journal[10:])
        write(files)
    elif what == "reorder":
        put(files, journal[:9] + [journal[10], journal[9]] + journal[11:])
        write(files)
    elif what == "truncate":
        put(files, journal[:-3])
        write(files)
    elif what == "rewrite":
        new, head = rehash(journal[:9] + journal[10:])
        put(files, new)
        write(files, head)
    elif what == "evidence":
        name = next(n for n in sorted(files) if n.startswith("evidence/"))
        files[name] = files[name].replace("exit", "3x1t", 1)
        write(files)
    elif what == "missing":
        for name in [n for n in files if n.startswith("evidence/")]:
            del files[name]
        write(files)
    elif what == "extra":
        commit = git("commit-tree", f"{BRANCH}^{{tree}}", "-p", BRANCH, text="Just a small thing\n")
        git("update-ref", BRANCH, commit)
    elif what == "trailer":
        merge = git("rev-parse", BRANCH)
        stage = git("rev-parse", f"{merge}^2")
        text = git("cat-file", "commit", stage) + "\n"
        other = git("hash-object", "-t", "commit", "-w", "--stdin",
                    text=text.replace("Attempt: 1", "Attempt: 2"))
        git("update-ref", BRANCH, remade(merge, {stage: other}))
    elif what == "broken":
        thorough(path="calc/product.py", body="def product(a, b):\n    return 0\n")
    elif what == "measured":
        thorough({'"failed":{': '"errored":{'}, claims=False)
    elif what == "older":
        thorough({'"format":2,': ""})
    """#
}
