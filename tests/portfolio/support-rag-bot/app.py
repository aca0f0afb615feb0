import streamlit as st

from bot.answer import answer, suggest_title

st.title("How can we help?")

if "history" not in st.session_state:
    st.session_state.history = []

for message in st.session_state.history:
    st.chat_message(message["role"]).write(message["content"])

if question := st.chat_input("Your question"):
    st.chat_message("user").write(question)
    if not st.session_state.history:
        st.subheader(suggest_title(question))
    reply = answer(question, st.session_state.history)
    st.chat_message("assistant").write(reply)
    st.session_state.history.append({"role": "user", "content": question})
    st.session_state.history.append({"role": "assistant", "content": reply})
