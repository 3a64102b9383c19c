# Sourced by the commands beside it: sets JAVA and JAR, and brings the jar up to date.
JAVA="${JAVA_HOME:+$JAVA_HOME/bin/}java"
JAR="$root/benchmarks/target/benchmarks.jar"
if [ ! -f "$JAR" ] || [ -n "$(cd "$root" && find pom.xml benchmarks security-* \
    \( -name '*.java' -o -name '*.lua' -o -path '*/resources/*' -o -name pom.xml \) \
    -not -path '*/target/*' -newer "$JAR" -print -quit)" ]; then
  (cd "$root" && ./mvnw -B -q -Pquick -DskipTests -pl benchmarks -am package >&2)
fi
