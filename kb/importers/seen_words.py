"""Words of other languages for what fields say of who sees a page, each as the English one.

So names and values are compared by what they mean, in whatever language they are written.
"""

import unicodedata
from functools import lru_cache

_MEANING = {
    "draft": "entwurf entwurfe kladde rohfassung brouillon- ebauche- borrador- rascunho- bozza "
    "bozze szkic brudnopis utkast udkast luonnos koncepcja taslak ciorna piszkozat черновик- "
    "чернетк- чернова προχειρο مسودة טיוטה 草稿 草案 下書き 下書 ドラフト 編集中 初稿 초안",
    "private": "privat- prive- privad- privat- prywatn- soukrom- ozel privaat yksityinen "
    "приватн- частн- личн- личное خاص פרטי 私有 私密 私人 個人 个人 非公開 非公开 非公開です "
    "プライベート 自分のみ 비공개 개인",
    "confidential": "vertraulich- confidencial- confidenciais confidentiel- confidenzial- "
    "riservat- reservad- poufn- vertrouwelijk- duverne konfidentiell- fortrolig- gizli "
    "luottamuksellinen конфиденциальн- конфиденциально сугубо سري חסוי 机密 機密 保密 社外秘 "
    "部外秘 極秘 대외비 기밀",
    "secret": "geheim- secreto secreta segreto segreta segredo secrete tajne tajny hemlig- "
    "секретн- секретно 秘密 绝密 비밀",
    "internal": "intern interne interner internes internen interno interna internos internas "
    "interni wewnetrzn- внутренн- служебн- 内部 內部 社内 社内限定 仅限内部 사내 내부",
    "hidden": "versteckt- verborgen masque oculto oculta escondido nascosto nascosta ukryt- "
    "скрыт- 隐藏 隱藏 非表示 숨김",
    "restricted": "eingeschrankt- beschrankt- restreint- restringid- ristrett- beperkt "
    "ограничен- 受限 限定公開 限定 제한",
    "unpublished": "unveroffentlicht- inedit- неопубликован- 未公開 未公开 未发布 未發布 미공개",
    "published": "veroffentlicht- publie publies publiee publicad- pubblicat- gepubliceerd "
    "opublikowan- publicerad опубликован- 已发布 已發布 公開済み 公開済 发布 發布 게시됨 게시",
    "publish": "veroffentlichen publier publicar pubblicare publiceren opublikuj опубликовать",
    "public": "offentlich- publique publico publica publicos pubblico pubblica openbaar "
    "publiczn- публичн- общедоступн- 公开 公開 공개",
    "visibility": "sichtbarkeit visibilite visibilidad visibilidade visibilita zichtbaarheid "
    "widocznosc видимость 可见性 可見性 公開範囲 共有範囲 공개범위",
    "status": "statut estado estatus stato stav tillstand статус состояние "
    "状态 狀態 状態 ステータス 상태",
    "access": "zugriff zugang acces acceso acesso accesso toegang dostep доступ 访问 存取 "
    "アクセス 访问权限 접근",
    "audience": "zielgruppe leserkreis publikum audiencia pubblico doelgroep аудитория 受众 "
    "受眾 対象者 対象読者 대상",
    "permissions": "berechtigung berechtigungen zugriffsrechte permisos permissoes permessi "
    "autorisations rechten uprawnienia 权限 權限 権限 권한",
    "readers": "leser lecteurs lectores leitores lettori lezers czytelnicy читатели 读者 讀者 "
    "読者 閲覧者",
    "confidentiality": "vertraulichkeit confidentialite confidencialidad confidencialidade "
    "riservatezza vertrouwelijkheid конфиденциальность 机密性 機密性 密级 기밀성",
    "only": "nur uniquement seulement solo solamente somente apenas soltanto alleen tylko только",
    "tags": "schlagworte schlagworter etiquettes etiquetas etichette теги 标签 標籤 タグ 태그",
    "all": "alle tous toutes todos todas tutti tutte iedereen wszyscy все всем всех 全員 "
    "所有人 全部 全体 모두 전체",
    "not": "nicht pas niet inte ikke nie не",
    "yes": "ja oui si sim tak да 是 はい 예 evet",
    "no": "nein non nao nee nej нет 否 いいえ 아니오 아니요 hayir",
    "ready": "fertig pret prete listo pronto pronta klaar gotow- готов- ready",
    "maybe": "vielleicht quizas quiza talvez forse misschien может возможно 也许 多分 perhaps "
    "unsure unclear undecided unknown possibly probably",
}
_ENDINGS = (
    *("e", "es", "er", "en", "em", "s", "a", "as", "o", "os", "i", "y", "is", "le", "les"),
    *("и", "а", "у", "ы", "о", "й", "ый", "ий", "ая", "яя", "ое", "ее", "ые", "ие", "ого", "ом"),
)
_SHORTEST_STEM = 4
_LONGEST = 40


@lru_cache(1)
def _known() -> tuple[dict[str, str], dict[str, str]]:
    """Whole words, and stems that endings follow, each with what it means."""
    whole: dict[str, str] = {}
    stems: dict[str, str] = {}
    for meaning, words in _MEANING.items():
        for word in map(_without_accents, words.split()):
            if word.endswith("-"):
                stems.setdefault(word[:-1], meaning)
            whole.setdefault(word.removesuffix("-"), meaning)
    return whole, stems


def meant(word: str) -> str:
    """The English word that `word`, in lower case, stands for; itself if it is none of these."""
    return _meant(word) if len(word) <= _LONGEST else word


@lru_cache(4096)
def _meant(word: str) -> str:
    whole, stems = _known()
    plain = _without_accents(word)
    if found := whole.get(plain):
        return found
    for ending in _ENDINGS:
        stem = plain.removesuffix(ending)
        if stem != plain and len(stem) >= _SHORTEST_STEM and stem in stems:
            return stems[stem]
    return word


def _without_accents(text: str) -> str:
    parts = unicodedata.normalize("NFD", text)
    return "".join(each for each in parts if not unicodedata.combining(each))
