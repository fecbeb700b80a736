"""Small words that give away the form they are written in; words common to two forms are left out.

From the tables of frequent words of Darija in both scripts, and the grammar words of French and standard Arabic.
"""

from __future__ import annotations

from typing import Final

from darija.text import normalise


def _plain(words: str) -> frozenset[str]:
    return frozenset(normalise(word) for word in words.split())


FRENCH: Final = _plain(
    "je j tu il elle on nous vous ils elles me m te t se s lui leur moi toi eux le la les l un une des du de d au "
    "aux et ou mais donc car ni que qu qui quoi dont où comment combien pourquoi quand quel quelle quels quelles "
    "est es suis sommes êtes sont était être ai as a avons avez ont avoir avait pas ne n plus jamais rien aussi "
    "très bien bon bonne trop peu beaucoup pour par avec sans dans sur sous chez entre vers avant après depuis "
    "pendant si comme ce cet cette ces c ça cela ceci mon ma mes ton ta tes son sa ses notre nos votre vos leurs "
    "y en oui non merci svp stp bonjour bonsoir salut bjr slt bsr veux veut voulez voudrais voudrait vouloir peux "
    "peut pouvez pourrais faut dois doit devez faire fait faites fais avoir aller vais va allez savoir sais sait "
    "savez connaître besoin aide aider comprends compris comprendre demande demander envoyer envoyez donnez "
    "donner prendre voir parler dire dites trouver vendre acheter payer artisan artisane artisans tapis prix "
    "numéro papier papiers dossier formation formations inscription inscrire programme coopérative exporter "
    "export douane facture salon foire banque produit produits client clients commande carte adresse téléphone "
    "message messages données nom prénom ville travail métier jour jours mois ans année semaine demain hier "
    "aujourd hui maintenant toujours encore déjà tout toute tous toutes autre autres même cher petit petite grand "
    "grande nouveau nouvelle quelque chose quelqu personne monsieur madame jveux jai cest ya pr ds ke koi pq pk "
    "qd mnt bcp tjrs slmt arrêtez annuler supprimer changer modifier"
)
"""Of French; its nouns inside Darija are French too: one of them makes no mixture."""
DARIJA_LATIN: Final = _plain(
    "ana nta nti nta nti howa hiya hna 7na ntouma ntoma homa houma dyal dial dyali diali dyalek dyalk dyalkom "
    "dyalna dyalhom dyalo dyalha wach wax wash chno chnou chnu achno ach achmen achmn kifach kifash kifax kifache "
    "kif fin fine mnin imta fo9ach fou9ach fuqach ch7al chhal bch7al bchhal 3lach alach chkoun chkon had hadi "
    "hadak hadik hadchi hadshi dak dik dakchi daba db bghit bghina bgha baghi baghya bghat nbghi kayn kayna "
    "kaynin makaynch makayn khass khassni khasni khssni khasna khasskom 3ndi 3andi 3endi 3andna 3ndkom 3andkom "
    "ma3ndich m3a m3akom mn men f fel b bla lel 3la 3lik 3likom fih fiha bih lia liya lik likom lina o w wla wlla "
    "walakin walakine hit 7it bach bash bax ila yla belli bli mli melli hta 7ta ghir ghi bzaf bezzaf chwiya chwia "
    "chi haja 7aja walo walou mzyan mezyan mzian wakha waxa safi safy iyeh iyyeh ayeh ah lala 3afak 3afakom afak "
    "chokran choukran smeh sme7 smh lah llah allah inchallah nchallah hamdollah salam slm labas bikhir hamdullah "
    "khouya khoya khti sidi lalla a9lb n9leb n9der n9dar ne9der y9der t9der nqder nkder ghadi gha ghan kan kont "
    "knt kanet kant ja jat jit mcha mchit nmchi ndir dir diro dert drt ndiro nsift nsifet sift siftou sifto sifet "
    "3tini 3tiwni ara goul 9oul gol 9ol gal 9al galo galou golt 9olt chouf chof choft cheft sm3 fhemt fhmt "
    "mafhemtch mafhmtch 3reft 3rft ma3reftch n3ref n3raf ta3ref wahd wahed wa7d wa7ed joj jouj tlata rb3a khmsa "
    "nhar simana chher 3am lyoum lyom ghedda ghda lbareh lbare7 tani tania okhra akhor lakhor dkhel dkhlt khrej "
    "khdam khdama khedma khdma mazal baqi ba9i kamel kamla koulchi kolchi zerbiya zrbiya zrabi sana3 sna3 snay3i "
    "sana3iya m3allem m3elem maalem ta3awniya flous flus drahem wra9 wer9a tsjil tasjil ntsejel ntsjel ntsejjel "
    "sejlouni blasa blassa t9yed tqyed nas bent weld weldi benti mra rajel derri drari bladi lmaghrib berra bra"
)
"""Of Darija in Latin letters."""
DARIJA_ARABIC: Final = _plain(
    "ديال ديالي ديالك ديالكم ديالنا ديالهم ديالو ديالها واش شنو اشنو أشنو اش آش اشمن أشمن كيفاش كفاش علاش فين "
    "منين فوقاش وقتاش شحال بشحال شكون دابا دبا هاد هادي هادو هاداك هاديك هادشي داك ديك داكشي بغيت بغينا بغا بغات "
    "باغي باغية باغين نبغي كاين كاينة كاينين ماكاينش كاينش خاصني خاصنا خاصك خاصكم خاص خصني خاصو عندي عندك عندكم "
    "عندنا معايا معاكم معاك عليا ليا ليك ليكم لينا ليه ليها بيها فيها اللي باش حيت حيتاش بلي ملي إلا ايلا ولكن "
    "غير غي بزاف شوية شي شيحاجة حاجة والو مزيان مزيانة واخا صافي ايه إيه اييه أيه آه لالا عافاك عفاك عافاكم عفاكم "
    "سمح سمحو خويا ختي سي لالة الواليد غادي غدي راه راني راك راكم راها كنت درت ندير دير ديرو نديرو صيفط صيفطو "
    "نصيفط نصيفطو عطيني عطيوني عطيوه قول قولو قوليا گال گالو قالو شفت نشوف شوف فهمت مافهمتش عرفت ماعرفتش نعرف جوج "
    "واحد وحدة تاني تانية سيمانة نهار البارح دغيا مازال باقي كامل كامله كلشي كولشي برا لبرا لداخل بلاصة بلاصتي "
    "الفلوس فلوس لوراق لوراق الوراق ورقة صنعة صنايعي صنايعية معلم لمعلم زربية زرابي نمشي مشيت جيت نجي يجي خدام "
    "خدامة خدمة نخدم كنخدم كنصاوب نصاوب كنبيع نبيع نشري شريت تيليفون التيليفون ميساج الميساج طوموبيل ديوانة "
    "الديوانة لادوان فورماسيون لافورماسيون انسكريبسيون فاكتورة لاكارط كارط بحال حنا نتا نتي نتوما هوما هوا هيا "
    "حتا تا معنديش ماعنديش بلا منبعد دار الدار وليدات"
)
"""Of Darija in Arabic letters."""
ARABIC: Final = _plain(
    "أريد اريد نريد أود اود نود أرغب ارغب نرغب هل ماذا لماذا متى أين اين كيف كم ما هو هي هم نحن أنتم انتم الذي "
    "التي الذين اللذان هذا هذه هؤلاء ذلك تلك هناك إلى الى في على عن منذ حول بين عند لدى لدي لدينا لديكم يمكن "
    "يمكنني يمكنكم يمكننا أستطيع استطيع نستطيع يجب ينبغي علي سوف سأ لن لم ليس ليست لست يكون تكون أكون قد لقد إن "
    "أن بأن لأن لكن أو ام أم ثم حتى إذا اذا من فضلكم فضلك المرجو أرجو ارجو الرجاء المطلوبة المطلوب اللازمة "
    "الضرورية أيضا ايضا فقط جدا كثيرا قليلا الآن الان أمس حاليا بعد قبل خلال أثناء بواسطة بدون دون مثل أي اي كل "
    "بعض جميع لكم لك لنا عليكم عليك بكم منكم معكم إليكم اليكم أنا انا شكرا جزيلا نعم كلا حسنا عذرا معذرة أهلا "
    "وسهلا مرحبا السيد السيدة سيدي سيدتي أعرف اعرف أعلم معرفة الحصول أحصل احصل التسجيل أسجل اسجل الوثائق وثيقة "
    "المعلومات معلومات الاستفسار تصدير أصدر اصدر إرسال ارسال أرسل ارسل منتوجاتي منتجاتي منتوجي شحن ثمن تكلفة مبلغ "
    "الرسوم طلبي ملفي بطاقتي بياناتي معطياتي حرفي حرفية صانع صانعة تقليدي تقليدية أعمل اعمل أسكن اسكن أقطن اسمي "
    "إسمي عنواني رقمي هاتفي مدينة قرية سنة سنوات شهر أشهر أسبوع يوم أيام"
)
"""Of standard Arabic."""
