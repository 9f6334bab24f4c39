#!/usr/bin/env bash
#
# Surprising: `soffice --convert-to` does not look at the UTF-8 mark that a CSV begins with. It takes the file for the system's
# old code page (Windows-1252 here, although LANG says UTF-8): the mark becomes three letters, and because the first cell now begins
# with letters, its quotation marks are taken for part of it: "id" in quotes is ï»¿"id", while all other cells lose theirs. Told
# the character set (76) in the filter's options, the same file is right. Nothing is said, and the exit code is 0 either way.
#
# Versions: LibreOffice 7.4.7.2 of Debian 12 (libreoffice-calc-nogui), LANG=C.UTF-8.
#
# Seen (the file's rows, written again as UTF-8):
#   as it is:   ï»¿"id",×©×œ×•×
#   told UTF-8: id,שלום
#
# Exits 0 when it is so, 1 when it has changed; needs soffice.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
command -v soffice >/dev/null || { echo "soffice is not installed" >&2; exit 1; }
export LANG=C.UTF-8 LC_ALL=C.UTF-8

printf '\xef\xbb\xbf"id","\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d"\r\n' >"$folder/table.csv"
cells() { # how they are read with these options, with a tab between: quotation marks stay visible
    rm -rf "$folder/read"
    timeout 120 soffice "-env:UserInstallation=file://$folder/profile" --headless "$@" \
        --convert-to 'csv:Text - txt - csv (StarCalc):9,,76' --outdir "$folder/read" "$folder/table.csv" >/dev/null 2>&1
    sed '1s/^\xef\xbb\xbf//' "$folder/read/table.csv" | tr '\t' ','
}
plain=$(cells)
told=$(cells --infilter='CSV:44,34,76,1')
printf 'as it is:   %s\ntold UTF-8: %s\n' "$plain" "$told"
[[ $plain == 'ï»¿"id",×©×œ×•×'* && $told == 'id,שלום' ]]
