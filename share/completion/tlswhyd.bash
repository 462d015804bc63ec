# Completion of tlswhyd's options for bash.
# shellcheck shell=bash disable=SC2207

_tlswhyd() {
    local current=$2 previous=$3
    local options="--interface --read --config --output --format --all --suspects --trust --keylog --rules
        --local-rules --filter --tls-ports --memory --buffer --snaplen --deaf-seconds --queue --fold-burst
        --fold-seconds --metrics --user --run-folder --reload --statistics --check --help --version"
    COMPREPLY=()
    case $previous in
    -i | --interface)
        COMPREPLY=($(compgen -W "any $(command ls /sys/class/net 2>/dev/null)" -- "$current"))
        ;;
    -r | --read | -c | --config | --keylog | --trust)
        compopt -o filenames 2>/dev/null
        COMPREPLY=($(compgen -f -- "$current"))
        ;;
    --rules | --local-rules | --run-folder)
        compopt -o filenames 2>/dev/null
        COMPREPLY=($(compgen -d -- "$current"))
        ;;
    -o | --output)
        compopt -o nospace 2>/dev/null
        COMPREPLY=($(compgen -W "auto stdout journal file: syslog" -- "$current"))
        ;;
    --format) COMPREPLY=($(compgen -W "json text" -- "$current")) ;;
    --user) COMPREPLY=($(compgen -u -- "$current")) ;;
    --reload) COMPREPLY=($(compgen -W "$(pidof tlswhyd)" -- "$current")) ;;
    --filter | --tls-ports | --memory | --buffer | --snaplen | --deaf-seconds | --queue | --fold-burst | \
        --fold-seconds | --metrics) ;;
    *) COMPREPLY=($(compgen -W "$options" -- "$current")) ;;
    esac
}
complete -F _tlswhyd tlswhyd
