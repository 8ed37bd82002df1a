/** Scripts that must do the same on the target's shell and on dash. They run in an empty folder of their own; paths and process numbers stay out of the output. */
export const snippets: Readonly<Record<string, string>> = {
  words: `echo a  b 'c  d' "e  f" g\\ h; echo "" '' x; echo a'b'"c"d; echo "\\$x \\\\ \\" \\a"; echo '\\n'`,
  assignment: `a=1; b=$a$a; c="$b c"; echo $a $b "$c"; a=2 b=3; echo $a$b; X=y env | grep '^X='; echo "\${X-none}"`,
  'default operators': `unset u; e=; s=set; echo "\${u:-1} \${u-2} \${e:-3} [\${e-4}] \${s:-5}"; echo "\${u:+6} \${s:+7} [\${e+8}] [\${e:+9}]"; echo "\${u:=10} $u"; echo \${#s} \${#u}`,
  'strip operators': `p=/a/b.c/d.e.f; echo "\${p##*/} \${p#*/} \${p%/*} \${p%%/*} \${p%.*} \${p%%.*} \${p#x}"; q='a*b'; echo "\${q#a\\*}" "\${q%"*b"}"; v=xxyxx; echo \${v#x*x} \${v##x*x}`,
  'nested expansion': `a=; b=deep; echo "\${a:-\${c:-"in $b"}}" "\${a:-$(echo cmd "q  q")}" \${a:-a  b}; echo "\${a:-}}"; echo \${a:-'q  q'}`,
  arithmetic: `x=5; echo $((x+1)) $((x*2-3)) $((10/3)) $((10%3)) $((-7/2)) $((1<<4)) $((0x10)) $((010)) $((x>3)) $((x==5&&x!=4)) $(( (1+2)*3 )) $((x=7)) $x $((x+=2)) $((x?1:2)) $((~0)) $((!0)) $(( $x + x ))`,
  'command substitution': `a=$(printf 'x\\ny\\n\\n'); echo "$a"; echo $a; echo \`echo back \\\`echo nested\\\`\`; echo "$(echo "a  b")" $(echo "a  b"); x=$(false); echo $?; echo $(case x in x) echo in-case;; esac)`,
  splitting: `v='a b  c'; set -- $v; echo $#; set -- "$v"; echo $#; IFS=:; p=a:b::c; set -- $p; echo $#; for i in $p; do echo "<$i>"; done; IFS=' :'; q=' x : y '; for i in $q; do echo "<$i>"; done`,
  positional: `set -- a 'b c' d; echo $# "$1" "$2" $3; for i in "$@"; do echo "<$i>"; done; for i in "$*"; do echo "<$i>"; done; shift; echo $# $1; set --; echo $# "$@" end; for i in "$@"; do echo never; done`,
  'quoted list': `set -- "a  b" c; f() { for i; do echo "[$i]"; done; }; f "$@"; f $@; f x"$@"y; set --; f "$@"; f ""$@`,
  lists: `true && echo a; false && echo b; false || echo c; true || echo d; false && echo e || echo f; ! true; echo $?; ! false; echo $?; true; echo $?; (exit 3); echo $?`,
  pipelines: `printf 'c\\na\\nb\\n' | sort | head -n 2; false | true; echo $?; true | false; echo $?; echo x | { read a; echo "got $a"; }; echo y | (cat; echo z)`,
  if: `if true; then echo 1; fi; if false; then echo 2; else echo 3; fi; if false; then echo 4; elif true; then echo 5; else echo 6; fi; if false; then :; fi; echo $?; if ! false; then echo 7; fi`,
  'for and while': `for i in 1 2 3; do echo $i; [ $i = 2 ] && break; done; i=0; while [ $i -lt 3 ]; do i=$((i+1)); [ $i = 2 ] && continue; echo $i; done; until [ $i = 0 ]; do i=$((i-1)); done; echo $i; for a in x y; do for b in 1 2; do [ $b = 2 ] && continue 2; echo $a$b; done; done; for a in x; do while :; do break 2; done; echo no; done; echo end`,
  case: `for w in abc a1 '' '*' 'x y' -n foo.c; do case $w in abc) echo exact;; a[0-9]) echo digit;; '') echo empty;; '*') echo star;; *' '*) echo space;; -*|*.c) echo either;; *) echo other;; esac; done; case x in (x) echo paren;; esac; case $(echo a b) in 'a b') echo sub;; esac; case z in a) ;; esac; echo $?`,
  functions: `f() { echo "f $1 $#"; return 4; }; f a b; echo $?; g() { local v=in; echo $v; }; v=out; g; echo $v; h() { set -- p q; echo $*; }; set -- x; h; echo $*; r() { if [ $1 -gt 0 ]; then echo $1; r $(($1-1)); fi; }; r 3; k() ( exit 9 ); k; echo $?`,
  subshell: `x=1; (x=2; cd /; echo $x); echo $x; { x=3; }; echo $x; (exit 5); echo $?; (echo a; (echo b)); y=$( (echo c) ); echo $y`,
  redirections: `echo one > f; echo two >> f; cat f; cat < f | wc -l; echo err >&2; { echo a; echo b >&2; } > both 2>&1; cat both; echo x 2>/dev/null; ls nosuch 2>/dev/null; echo $?; cat f > g 2>&1; cat g; exec 3> h; echo three >&3; exec 3>&-; cat h; : > f; wc -c < f`,
  'here documents': `a=v; cat <<EOF
text $a \${a}x $(echo sub) $((1+1)) \\$a 'q' "q" \\\\
EOF
cat <<'EOF'
text $a $(echo sub) \\$a
EOF
cat <<-EOF
	tabs $a
	EOF
cat <<A; cat <<B
one
A
two
B
if true; then cat <<E
inside
E
fi; echo done`,
  globs: `touch a.c b.c ab.h .hid 'sp ace'; echo *; echo *.c; echo ?.c; echo [ab].*; echo [!a]*.c; echo *.none; echo "*.c" '*.c' \\*.c; for f in *; do echo "<$f>"; done; mkdir d; touch d/x d/y; echo d/*; echo */x; echo .h*; v='*.c'; echo $v "$v"; echo d/[x-y]`,
  test: `[ a = a ]; echo $?; [ a = b ]; echo $?; [ a != b ]; echo $?; [ -z '' ]; echo $?; [ -n '' ]; echo $?; [ '' ]; echo $?; [ x ]; echo $?; [ 3 -gt 2 ]; echo $?; [ 3 -le 2 ]; echo $?; touch f; [ -f f ]; echo $?; [ -d f ]; echo $?; [ -e nosuch ]; echo $?; [ -s f ]; echo $?; [ a = a -a b = b ]; echo $?; [ a = b -o b = b ]; echo $?; [ ! -f f ]; echo $?; [ \\( a = a \\) ]; echo $?; [ -f ]; echo $?; [ = = = ]; echo $?; test -r f && test -w f; echo $?`,
  'test mistakes': `[ a -eq 1 ] 2>/dev/null; echo $?; [ a b ] 2>/dev/null; echo $?; [ a = ] 2>/dev/null; echo $?`,
  printf: `printf '%s-%d-%x-%o-%c|%5s|%-5s|%05d|%%\\n' str 42 255 8 char ab cd 7; printf '%s\\n' a b c; printf 'no args\\n'; printf '%b' 'a\\tb\\n'; printf '%s %s\\n' one; printf '\\101\\n'; printf '%5.2s|\\n' abcdef; printf '%d\\n' 0x1f 010; printf '%i %u\\n' -3 3; printf '%s' "x y" z; echo`,
  echo: `echo -n a; echo b; echo 'a\\tb\\nc'; echo 'stop\\chere'; echo -e x; echo; echo --; echo '\\0101'`,
  read: `printf 'a b  c\\nsecond line\\n' > f; { read x y; echo "<$x><$y>"; read x; echo "<$x>"; read x; echo "$? <$x>"; } < f; echo ' lead trail ' | { read x; echo "<$x>"; }; echo 'a\\\\b' | { read x; echo "$x"; }; echo 'a\\\\b' | { read -r x; echo "$x"; }; echo 'a:b:c' | { IFS=: read x y z w; echo "$x|$y|$z|$w"; }; printf 'no newline' | { read x; echo "$? $x"; }; printf 'k=v=w\\n' | { IFS== read k v; echo "$k $v"; }; while read -r l; do echo "[$l]"; done < f`,
  'set -e': `(set -e; false; echo no); echo $?; (set -e; false || true; echo yes); (set -e; if false; then :; fi; echo yes2); (set -e; ! true; echo yes3); (set -e; f() { false; echo in-f; }; f || echo or); (set -e; x=$(false); echo no2); echo $?; (set -e; true && false; echo no3); echo $?; (set -e; (exit 3); echo no4); echo $?`,
  'set -u': `(set -u; echo "\${nosuch-ok}"; echo $nosuch; echo no) 2>/dev/null; echo $?; set -u; a=1; echo $a $# "$@"`,
  'set -f': `touch a; set -f; echo *; set +f; echo *`,
  eval: `c='echo a; echo b'; eval "$c"; x=y; y=z; eval echo \\$$x; eval; echo $?; eval 'exit 3' | cat; (eval 'exit 4'); echo $?`,
  trap: `(trap 'echo bye' EXIT; echo hi); (trap 'echo bye; exit 7' EXIT; exit 3); echo $?; (trap 'echo trapped' 0; false); sh -c 'trap "echo term; exit 5" TERM; kill -TERM $$; echo not'; echo $?; sh -c 'trap "" TERM; kill -TERM $$; echo alive'; sh -c 'kill -TERM $$; echo not'; echo $?`,
  background: `(sleep 0.2; echo late) & echo early; wait; echo after; false & wait $!; echo $?; (exit 6) & p=$!; wait $p; echo $?; sleep 5 & kill $!; wait $! 2>/dev/null; echo $?`,
  exec: `(exec echo replaced; echo no); (exec 4>&1; echo via4 >&4); sh -c 'exec sh -c "exit 8"'; echo $?; (exec nosuch-program; echo no) 2>/dev/null; echo $?`,
  'not found': `nosuch-program 2>/dev/null; echo $?; ./nosuch 2>/dev/null; echo $?; touch plain; ./plain 2>/dev/null; echo $?; cd /nosuch 2>/dev/null; echo $?; . /nosuch/file 2>/dev/null; echo unreached`,
  scripts: `printf 'echo "script $0 $# $1"\\nexit 4\\n' > s.sh; sh s.sh arg; echo $?; chmod +x s.sh; ./s.sh 'a b'; echo $?; printf 'v=sourced\\n' > v.sh; . ./v.sh; echo $v; echo 'echo from-stdin' | sh; sh -c 'echo $0 $1 $#' name one two; sh -s x y <<'E'
echo $1 $#
E`,
  export: `a=1; sh -c 'echo "[$a]"'; export a; sh -c 'echo "[$a]"'; export b=2; sh -c 'echo "[$b]"'; unset a; sh -c 'echo "[$a]"'; c=3 sh -c 'echo "[$c]"'; echo "[$c]"; readonly r=1; (r=2) 2>/dev/null; echo $?`,
  cd: `mkdir -p x/y; cd x/y; basename "$PWD"; cd ..; basename "$PWD"; cd - >/dev/null; basename "$(pwd)"; (cd ../..; ls); cd ../../x; basename $PWD`,
  comments: `# comment
echo a # trailing
echo b#not; echo 'c # quoted'; # end
echo d \\
  continued`,
  'line joining': `echo a &&
echo b |
cat
if true
then
  echo c
fi
for i in 1 \\
 2
do echo $i; done
f ()
{
  echo in f
}
f`,
  getopts: `f() { OPTIND=1; while getopts ab:c o; do echo "$o \${OPTARG-}"; done; shift $((OPTIND-1)); echo "rest $*"; }; f -a -b val -c x y; f -abval z; f -- -a`,
  'type and command': `command -v cd; command -v nosuch; echo $?; f() { echo fn; }; command -v f; command echo plain; type cd >/dev/null; echo $?; type nosuch >/dev/null 2>&1; echo $?; command -v if`,
  umask: `umask 077; touch f; ls -l f | cut -c1-10; umask 022; touch g; ls -l g | cut -c1-10; mkdir d; ls -ld d | cut -c1-10; umask`,
  hostile: `set -- 'a b' '$(touch pwned)' '\`touch pwned\`' "quo'te" 'dou"ble' '-n' '*' 'semi;colon' 'new
line' 'back\\slash' '&& touch pwned' '\${HOME}' '~' '#x' 'ünï'; for a in "$@"; do printf '<%s>\\n' "$a"; done; for a in "$@"; do sh -c 'printf "[%s]\\n" "$1"' sh "$a"; done; ls`,
  'exit status of last': `f() { return; }; false; f; echo $?; g() { true; return; }; g; echo $?; sh -c 'false; exit'; echo $?; sh -c ''; echo $?; (false;); echo $?`,
  'syntax errors': `sh -c 'echo a; if' 2>/dev/null; echo $?; sh -c 'echo "open' 2>/dev/null; echo $?; sh -c 'echo a
fi' 2>/dev/null; echo $?; sh -c ')' 2>/dev/null; echo $?; sh -c 'echo $(' 2>/dev/null; echo $?`,
  tilde: `HOME=/h; echo ~ ~/x "~" \\~ a~; x=~; echo $x; y=~/a:~/b; echo $y; echo "\${z:-~}" \${z:-~}`,
  'text programs': `printf 'one two\\nthree four\\nfive\\n' > t; grep -n o t; grep -c e t; grep -v two t; grep -o 'f[a-z]*' t; grep -E '(one|five)$' t; grep -q nosuch t; echo $?; sed 's/o/0/g' t; sed -n '2p' t; sed -n 's/^\\(t[a-z]*\\) .*/[\\1]/p' t; sed '/two/d;$s/five/5/' t; sed -n '1,2p' t | tail -n1; tr a-z A-Z < t; tr -d 'eo' < t; cut -d' ' -f1 t; cut -c1-3 t; wc -l t; wc -c < t; head -c 5 t; echo; tail -n +2 t; sort -r t; printf 'b\\na\\nb\\n' | sort | uniq -c; printf '3\\n10\\n2\\n' | sort -n; seq 3; seq 2 2 6`,
  'file programs': `mkdir -p a/b/c; touch a/1 a/b/2; find a -type f | sort; find a -name '2'; ls -A a; cp a/1 x; mv x y; ls; rm -r a; ls; ln -s y l; readlink l; [ -L l ] && echo link; basename /p/q.txt .txt; dirname /p/q; rm nosuch 2>/dev/null; echo $?; rm -f nosuch; echo $?; mkdir y 2>/dev/null; echo $?; rmdir nosuch 2>/dev/null; echo $?; printf abc > h; sha256sum h; base64 h; printf YWJj | base64 -d; echo; od -An -tx1 h; stat -c '%s %F' h; cat h - < y | wc -c; echo abc | tee t1 t2 | cat; cmp t1 t2; echo $?; dd if=h bs=1 count=2 2>/dev/null; echo; test -e l; echo $?; xargs -n1 echo < t1; printf 'a b\\nc\\n' | xargs echo; printf 'a\\0b c\\0' | xargs -0 -n1 echo`,
  'process programs': `timeout 0.2 sleep 5; echo $?; timeout 5 true; echo $?; timeout 5 sh -c 'exit 3'; echo $?; timeout -s KILL 0.2 sleep 5; echo $?; env A=1 sh -c 'echo $A'; env -i sh -c 'echo "[$HOME]"'; touch lock; flock -n lock echo locked; flock lock -c 'flock -n lock echo twice || echo busy'; (flock -n 9 && echo fd) 9> lock; setsid true; echo $?; kill -0 $$; echo $?; kill -0 999999 2>/dev/null; echo $?; (exec 8< lock; flock -s 8; flock -n -s lock echo shared; flock -n lock echo no || echo refused)`,
};
