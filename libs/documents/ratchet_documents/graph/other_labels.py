"""The names under which German and French statements have a metric, exact, as `metrics` has the English ones.

Left out are names that mean another thing than they seem to: `total passif` is liabilities and equity together.
"""

from typing import Final

GERMAN: Final = {
    "revenue": "umsatzerlöse; umsatz; konzernumsatz; summe umsatzerlöse; umsatzerlöse gesamt; erlöse",
    "cost_of_revenue": "umsatzkosten; kosten der umgesetzten leistungen; herstellungskosten des umsatzes; "
    "kosten des umsatzes",
    "gross_profit": "bruttoergebnis; bruttoergebnis vom umsatz; bruttogewinn",
    "research_and_development": "forschungs- und entwicklungskosten; forschung und entwicklung; "
    "forschungs- und entwicklungsaufwendungen",
    "operating_income": "betriebsergebnis; operatives ergebnis; ergebnis der betrieblichen tätigkeit; betriebsergebnis "
    "(ebit); operatives ergebnis (ebit); ergebnis vor zinsen und steuern; ergebnis vor zinsen und steuern (ebit)",
    "income_before_tax": "ergebnis vor steuern; ergebnis vor ertragsteuern; gewinn vor steuern; ergebnis vor steuern "
    "(ebt)",
    "income_tax": "ertragsteuern; steuern vom einkommen und vom ertrag; steuern vom einkommen und ertrag",
    "net_income": "jahresüberschuss; konzernjahresüberschuss; jahresfehlbetrag; konzernergebnis; jahresergebnis; "
    "periodenergebnis; jahresüberschuss/-fehlbetrag; jahresüberschuss/jahresfehlbetrag; jahresüberschuss "
    "(-fehlbetrag); jahresüberschuss (vorjahr: jahresfehlbetrag); nettoergebnis; nettogewinn; konzernüberschuss",
    "interest_expense": "zinsaufwendungen; zinsaufwand; zinsen und ähnliche aufwendungen",
    "eps_basic": "unverwässertes ergebnis je aktie; ergebnis je aktie (unverwässert); ergebnis je aktie, unverwässert",
    "eps_diluted": "verwässertes ergebnis je aktie; ergebnis je aktie (verwässert); ergebnis je aktie, verwässert",
    "dividends_per_share": "dividende je aktie",
    "cash": "zahlungsmittel und zahlungsmitteläquivalente; liquide mittel; flüssige mittel; zahlungsmittel; "
    "kassenbestand und guthaben bei kreditinstituten",
    "receivables": "forderungen aus lieferungen und leistungen",
    "inventory": "vorräte; vorratsvermögen; summe vorräte",
    "current_assets": "summe kurzfristige vermögenswerte; kurzfristige vermögenswerte; summe der kurzfristigen "
    "vermögenswerte; kurzfristige vermögenswerte gesamt",
    "total_assets": "bilanzsumme; summe aktiva; summe der aktiva; gesamtvermögen; summe vermögenswerte; aktiva gesamt",
    "current_liabilities": "summe kurzfristige schulden; kurzfristige schulden; kurzfristige verbindlichkeiten; summe "
    "kurzfristige verbindlichkeiten; summe der kurzfristigen schulden; kurzfristige schulden gesamt",
    "total_debt": "summe finanzschulden; finanzschulden gesamt; finanzverbindlichkeiten gesamt",
    "total_liabilities": "summe schulden; schulden gesamt; summe der schulden; summe verbindlichkeiten",
    "equity": "eigenkapital; summe eigenkapital; konzerneigenkapital; eigenkapital gesamt",
    "operating_cash_flow": "cashflow aus laufender geschäftstätigkeit; cashflow aus der laufenden geschäftstätigkeit; "
    "cashflow aus der betrieblichen tätigkeit; mittelzufluss aus laufender geschäftstätigkeit; mittelzufluss aus der "
    "laufenden geschäftstätigkeit; cashflow aus betrieblicher tätigkeit; operativer cashflow",
    "capital_expenditure": "investitionen in sachanlagen; auszahlungen für investitionen in sachanlagen; auszahlungen "
    "für investitionen in das sachanlagevermögen; auszahlungen für sachanlagen",
    "depreciation_and_amortization": "abschreibungen",
    "free_cash_flow": "freier cashflow",
}
FRENCH: Final = {
    "revenue": "chiffre d'affaires; chiffre d'affaires consolidé; chiffre d'affaires net; produits des activités "
    "ordinaires",
    "cost_of_revenue": "coût des ventes; coût des produits vendus; coût des biens et services vendus",
    "gross_profit": "marge brute; résultat brut",
    "research_and_development": "frais de recherche et développement; recherche et développement",
    "operating_income": "résultat opérationnel; résultat d'exploitation; bénéfice opérationnel",
    "income_before_tax": "résultat avant impôt; résultat avant impôts",
    "income_tax": "impôts sur les bénéfices; impôt sur les bénéfices; impôt sur le résultat; impôts sur le résultat",
    "net_income": "résultat net; bénéfice net; perte nette; résultat net consolidé; résultat net de l'ensemble "
    "consolidé; résultat net de la période; résultat net de l'exercice; bénéfice (perte) net",
    "interest_expense": "charges d'intérêts; charges d'intérêt",
    "eps_basic": "résultat de base par action; résultat net de base par action",
    "eps_diluted": "résultat dilué par action; résultat net dilué par action",
    "dividends_per_share": "dividende par action",
    "cash": "trésorerie et équivalents de trésorerie; trésorerie",
    "receivables": "créances clients; créances clients et comptes rattachés; clients et comptes rattachés",
    "inventory": "stocks; stocks et en-cours; total stocks",
    "current_assets": "total actifs courants; total de l'actif courant; actifs courants; total actif courant; total "
    "des actifs courants",
    "total_assets": "total actif; total de l'actif; total des actifs",
    "current_liabilities": "total passifs courants; passifs courants; total des passifs courants; total passif courant",
    "equity": "capitaux propres; total capitaux propres; total des capitaux propres",
    "operating_cash_flow": "flux de trésorerie provenant des activités opérationnelles; flux de trésorerie liés aux "
    "activités opérationnelles; flux nets de trésorerie provenant des activités opérationnelles; flux de trésorerie "
    "d'exploitation; flux net de trésorerie généré par l'activité",
    "capital_expenditure": "acquisitions d'immobilisations corporelles; investissements corporels",
}
LOSSES: Final = frozenset(("jahresfehlbetrag", "perte nette"))  # whose figures are losses
OTHERS: Final = {
    name: metric
    for table in (GERMAN, FRENCH)
    for metric, names in table.items()
    for name in (one.strip().casefold() for one in names.split(";"))
}
