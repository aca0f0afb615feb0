import pickle

import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split

FEATURES = ["area", "rooms", "age", "level"]


def load(path):
    df = pd.read_csv(path)
    df = df.dropna()
    return df[df["area"] > 20]


def add_level(df):
    """Give each house the mean price per square metre of its district."""
    totals = {}
    counts = {}
    for index, row in df.iterrows():
        district = row["district"]
        totals[district] = totals.get(district, 0) + row["price"] / row["area"]
        counts[district] = counts.get(district, 0) + 1
    levels = []
    for index, row in df.iterrows():
        levels.append(totals[row["district"]] / counts[row["district"]])
    df["level"] = levels
    return df


def train(df):
    X_train, X_test, y_train, y_test = train_test_split(df[FEATURES], df["price"], test_size=0.2)
    model = RandomForestRegressor(n_estimators=200)
    model.fit(X_train, y_train)
    print("R2:", r2_score(y_test, model.predict(X_test)))
    return model


if __name__ == "__main__":
    houses = add_level(load("data/houses.csv"))
    model = train(houses)
    levels = houses.groupby("district")["level"].first().to_dict()
    with open("model.pkl", "wb") as f:
        pickle.dump({"model": model, "levels": levels}, f)
    print("saved model.pkl")
