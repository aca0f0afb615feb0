"""Find the closest help pages and let the model answer from them."""

from bot.store import client, collection, embed


def closest(question: str, count: int = 4) -> list[str]:
    found = collection().query(query_embeddings=embed([question]), n_results=count)
    return found["documents"][0]


def answer(question: str, history: list[dict]) -> str:
    context = "\n\n".join(closest(question))
    response = client.chat.completions.create(
        model="gpt-4o-mini",
        temperature=0.2,
        messages=[
            {
                "role": "system",
                "content": "You are the friendly support assistant of a bicycle shop. Answer only from the help pages "
                "below. If they don't say, tell the customer that a colleague will write back.\n\n" + context,
            },
            *history,
            {"role": "user", "content": question},
        ],
    )
    return response.choices[0].message.content


def suggest_title(question: str) -> str:
    response = client.chat.completions.create(
        model="gpt-4o-mini",
        messages=[{"role": "user", "content": f"Give this support question a title of at most five words: {question}"}],
    )
    return response.choices[0].message.content
