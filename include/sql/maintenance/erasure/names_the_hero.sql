-- Whether a text names the hero: as a word, or, if the key is long enough not to be met by chance, within it.
select
    raw.hero_key(%(hero_id)s) = any(
        array(
            select raw.hero_key(words.word)
            from regexp_split_to_table(%(text)s collate "C.utf8", '[^[:alnum:]_''’.-]+') as words (word)
        )
    )
    or (
        length(raw.hero_key(%(hero_id)s)) >= 4
        and position(raw.hero_key(%(hero_id)s) in raw.hero_key(%(text)s)) > 0
    ) as names_the_hero;
