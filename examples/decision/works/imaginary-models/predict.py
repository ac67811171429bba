"""Write the chance of buying beside each lead: python predict.py LEADS.csv"""

import sys

import pandas as pd

from leadrank import chance, load


def main() -> None:
    leads = pd.read_csv(sys.argv[1])
    model = load()
    leads["chance"] = [round(chance(model, lead), 4) for lead in leads.to_dict("records")]
    leads.to_csv("ranked.csv", index=False)
    print(leads.to_string())


if __name__ == "__main__":
    main()
