import pickle

import pandas as pd
import streamlit as st

from train import FEATURES


@st.cache_resource
def load_model():
    with open("model.pkl", "rb") as f:
        return pickle.load(f)


def estimate(saved, area: float, rooms: int, age: int, district: str) -> float:
    row = pd.DataFrame([[area, rooms, age, saved["levels"][district]]], columns=FEATURES)
    return float(saved["model"].predict(row)[0])


def main():
    st.title("What is this house worth?")
    saved = load_model()
    area = st.slider("Area in square metres", 30, 250, 90)
    rooms = st.slider("Rooms", 1, 8, 4)
    age = st.slider("Age in years", 0, 100, 20)
    district = st.selectbox("Neighbourhood", sorted(saved["levels"]))
    if st.button("Estimate"):
        st.metric("Estimated price", f"{estimate(saved, area, rooms, age, district):,.0f}")


main()
