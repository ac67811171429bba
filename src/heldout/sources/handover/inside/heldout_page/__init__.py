"""What a Streamlit app shows when it is opened, and when its button is pressed."""
